/** Texts in UTF-8 by kind, in hex: the first and last character of each length, and what stands next to the forbidden ranges. */
export const VALID_UTF8: Readonly<Record<string, readonly string[]>> = {
  'one byte': ['20', '41', '7e', '7f'],
  'two bytes': ['c280', 'c3a9', 'dfbf', '41c3a942'],
  'three bytes': ['e0a080', 'e282ac', 'ed9fbf', 'ee8080', 'efbfbd', 'efbfbe', 'efbfbf', 'efb790'],
  'four bytes': ['f0908080', 'f09f8e88', 'f48fbfbf', 'f09fbfbe', 'f3a08081'],
  'a mark of byte order inside': ['efbbbf', '41efbbbf42'],
  'separators of lines, which JavaScript once took for such': ['e280a8', 'e280a9', 'c285'],
  'what one character is made of in parts': ['65cc81', 'e1848b', 'f09f91a8e2808df09f91a9'],
};

/** Bytes that are no UTF-8, by what is wrong with them (Unicode, 3.9; RFC 3629, 3). */
export const INVALID_UTF8: Readonly<Record<string, readonly string[]>> = {
  'a continuation byte alone': ['80', 'bf', '8080', '4180', 'c3a980', 'e282ac80', 'f09f8e8880'],
  'two bytes cut short': ['c2', 'df', 'c241', 'c2c2', 'c2c280', 'c27f', 'c2ff'],
  'three bytes cut short': ['e0', 'e0a0', 'e0a041', 'e282', 'e28228', 'efbf', 'e2c2ac', 'e282c2ac'],
  'four bytes cut short': [
    'f0',
    'f090',
    'f09080',
    'f0908041',
    'f09f8e',
    'f48fbf',
    'f09f41',
    'f041',
  ],
  'two bytes where one is enough': ['c080', 'c0af', 'c1bf', 'c081', 'c1a1'],
  'three bytes where fewer are enough': ['e08080', 'e080af', 'e081bf', 'e09fbf'],
  'four bytes where fewer are enough': ['f0808080', 'f08080af', 'f08281bf', 'f08fbfbf'],
  'a surrogate': ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbebf', 'edbfbf'],
  'a pair of surrogates': ['eda080edb080', 'eda0bdedb888', 'edafbfedbfbf', 'edb080eda080'],
  'beyond U+10FFFF': ['f4908080', 'f49fbfbf', 'f5808080', 'f7bfbfbf'],
  'five and six bytes': ['f888808080', 'fbbfbfbfbf', 'fc8480808080', 'fdbfbfbfbfbf', 'f8', 'fc'],
  'bytes that never are': ['fe', 'ff', 'feff', 'fffe', 'fefeffff', '41ff42'],
  'another encoding': ['e9', '67726fdf', 'a4a2', '93fa967b', '00e9', 'f6f6f6f6'],
};
