package io.transvisor.bt.disasm;

/** Writes an instruction's parts as text. */
interface Format {
  /** Mnemonic with its suffixes, prefixes left out. */
  String mnemonic(Parts parts);

  /** All operands, commas between them; empty if there are none. */
  String operands(Parts parts);
}
