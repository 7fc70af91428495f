package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import org.junit.jupiter.api.Test;

/**
 * Code that changes: by the CPU, through other mappings, by DMA, by remapping; and code on two
 * pages. One test per path.
 */
class SelfModifyingCodeTest {
  private static final int HLT = 0xF4;
  private static final int LAST_BYTE_OF_PAGE = FlatMachine.CODE + 0xFFF;

  private final FlatMachine machine = new FlatMachine();
  private final Cpu cpu = machine.cpu;

  private void run(int eip) {
    cpu.halted = false;
    cpu.eip = eip;
    assertThat(machine.engine.run(1000)).isEqualTo(Outcome.HALTED);
  }

  private void put(int address, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      machine.memory.write(address + i, 1, bytes[i]);
    }
  }

  /** Code at the entry: mov al,imm8; hlt. */
  private void loadMov(int imm) {
    machine.load(0xB0, imm, HLT);
  }

  private int al() {
    return cpu.gpr[CpuState.EAX] & 0xFF;
  }

  @Test
  void theNextInstructionOfTheSameTrace() {
    int next = machine.entry() + 7;
    // mov byte [next+1],0x22; mov al,0x11; hlt
    machine.load(
        0xC6, 0x05, next + 1, next + 1 >> 8, next + 1 >> 16, next + 1 >> 24, 0x22, 0xB0, 0x11, HLT);
    run(machine.entry());
    assertThat(al()).isEqualTo(0x22);
  }

  @Test
  void theInstructionThatStores() {
    int own = machine.entry();
    // mov byte [own+6],0x33 : changes its own immediate for the next time
    machine.load(0xC6, 0x05, own + 6, own + 6 >> 8, own + 6 >> 16, own + 6 >> 24, 0x22, HLT);
    run(own);
    assertThat(machine.memory.read(own + 6, 1)).isEqualTo(0x22);
    put(own + 6, 0x44);
    run(own);
    assertThat(machine.memory.read(own + 6, 1)).isEqualTo(0x44);
  }

  @Test
  void aLoopThatRewritesItsBody() {
    int e = machine.entry();
    // l: mov al,0 ; inc byte [l+1] ; cmp al,5 ; jne l ; hlt
    machine.load(
        0xB0, 0, 0xFE, 0x05, e + 1, e + 1 >> 8, e + 1 >> 16, e + 1 >> 24, 0x3C, 5, 0x75, 0xF4, HLT);
    run(e);
    assertThat(al()).isEqualTo(5);
    assertThat(machine.memory.read(e + 1, 1)).isEqualTo(6);
  }

  @Test
  void throughAnotherMappingOfThePage() {
    machine.enablePaging();
    machine.map(0x300000, FlatMachine.CODE, 3);
    loadMov(1);
    run(machine.entry());
    int alias = 0x300000 + (machine.entry() - FlatMachine.CODE);
    cpu.storeB(alias + 1, 2);
    run(machine.entry());
    assertThat(al()).isEqualTo(2);
    // and the same code found through the alias
    cpu.storeB(machine.entry() + 1, 3);
    run(alias);
    assertThat(al()).isEqualTo(3);
  }

  @Test
  void byDma() {
    loadMov(1);
    run(machine.entry());
    machine.memory.writeBytes(machine.entry(), new byte[] {(byte) 0xB0, 9}, 0, 2);
    run(machine.entry());
    assertThat(al()).isEqualTo(9);
  }

  @Test
  void byRemapping() {
    machine.enablePaging();
    loadMov(1);
    int offset = machine.entry() - FlatMachine.CODE;
    put(0x280000 + offset, 0xB0, 7, HLT);
    run(machine.entry());
    machine.map(FlatMachine.CODE, 0x280000, 3);
    run(machine.entry());
    assertThat(al()).isEqualTo(7);
  }

  @Test
  void revealedByA20() {
    int high = FlatMachine.CODE | 1 << 20;
    put(high, 0xB0, 5, HLT);
    put(FlatMachine.CODE, 0xB0, 6, HLT);
    run(high);
    assertThat(al()).isEqualTo(5);
    machine.memory.setA20(false);
    run(high);
    assertThat(al()).isEqualTo(6);
    machine.memory.setA20(true);
    run(high);
    assertThat(al()).isEqualTo(5);
  }

  @Test
  void anInstructionOnTwoPagesFollowsTheSecondMapping() {
    machine.enablePaging();
    put(LAST_BYTE_OF_PAGE, 0xB0, 1, HLT);
    put(0x280000, 2, HLT);
    run(LAST_BYTE_OF_PAGE);
    assertThat(al()).isEqualTo(1);
    machine.map(LAST_BYTE_OF_PAGE + 1, 0x280000, 3);
    run(LAST_BYTE_OF_PAGE);
    assertThat(al()).isEqualTo(2);
    put(0x280000, 3);
    run(LAST_BYTE_OF_PAGE);
    assertThat(al()).isEqualTo(3);
  }

  @Test
  void theSecondPageNotPresent() {
    machine.enablePaging();
    put(LAST_BYTE_OF_PAGE, 0xB0, 1, HLT);
    machine.map(LAST_BYTE_OF_PAGE + 1, 0, 0);
    cpu.eip = LAST_BYTE_OF_PAGE;
    cpu.gpr[CpuState.EAX] = 0x55;
    assertThat(machine.engine.run(1)).isEqualTo(Outcome.TRIPLE_FAULT);
    assertThat(cpu.cr2).isEqualTo(LAST_BYTE_OF_PAGE + 1);
    assertThat(cpu.eip).isEqualTo(LAST_BYTE_OF_PAGE);
    assertThat(al()).isEqualTo(0x55);
  }

  @Test
  void dataBesideCodeDoesNotDisturbIt() {
    loadMov(1);
    run(machine.entry());
    cpu.storeB(machine.entry() + 3, 0x99);
    run(machine.entry());
    assertThat(al()).isEqualTo(1);
  }
}
