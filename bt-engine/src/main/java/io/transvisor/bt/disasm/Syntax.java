package io.transvisor.bt.disasm;

/** The two ways x86 assembler is written, as objdump prints them. */
public enum Syntax {
  /** Source first, sizes as suffixes: {@code movl $0x1,0x8(%ebp)}. */
  ATT(new AttFormat()),
  /** Destination first, sizes with the memory operand: {@code mov DWORD PTR [ebp+0x8],0x1}. */
  INTEL(new IntelFormat());

  private final Format format;

  Syntax(Format format) {
    this.format = format;
  }

  Format format() {
    return format;
  }
}
