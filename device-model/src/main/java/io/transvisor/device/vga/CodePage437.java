package io.transvisor.device.vga;

/** The PC's character set, as glyph numbers of a text mode. */
final class CodePage437 {
  /** Unicode of each glyph, 32 in a line; the blank glyphs 0 and FFh become spaces. */
  private static final String GLYPHS =
      " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"
          + " !\"#$%&'()*+,-./0123456789:;<=>?"
          + "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
          + "`abcdefghijklmnopqrstuvwxyz{|}~⌂"
          + "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
          + "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
          + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
          + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";

  private CodePage437() {}

  static char toUnicode(int glyph) {
    return GLYPHS.charAt(glyph & 0xFF);
  }
}
