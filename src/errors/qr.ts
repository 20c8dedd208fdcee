/** QR codes that cannot be read or drawn. */
export const qrFailures = {
  qr_not_an_image: 'No QR code is read from {what}. Give a PNG, JPEG or GIF that shows the QR code.',
  qr_image_too_large: 'The picture has {megapixels} megapixels, and at most {max} are read. Crop it to the QR code.',
  qr_file_too_large: 'The picture is larger than {max} MB. Crop it to the QR code.',
  qr_image_damaged: 'The picture is damaged and cannot be opened. Take or save it again.',
  qr_reader_busy: 'Too many pictures and files are waiting to be read. Try again in a minute.',
  qr_reader_too_slow: 'Reading took longer than {seconds} seconds and was stopped. Try a smaller or clearer file.',
  qr_reader_failed: 'The file could not be read with the memory it may use. Try a smaller one.',
  qr_text_too_long: 'The text is too long for one QR code. Shorten the label or leave out the note.',
  qr_size_too_small: 'A QR code of this text needs at least {min} pixels on each side.',
  qr_size_too_large: 'A QR code is drawn with at most {max} pixels on each side.',
  qr_colours_too_close:
    'The two colours are too close or too transparent for a camera. Choose a dark one on a light one.',
} as const
