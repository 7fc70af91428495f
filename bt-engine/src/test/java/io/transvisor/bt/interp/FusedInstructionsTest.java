package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import org.junit.jupiter.api.Test;

/**
 * Loops that run until their traces are one fused call, and then something happens in the middle.
 */
class FusedInstructionsTest {
  private static final int ROUNDS = 400_000;
  private static final int ENTRY = SystemTestMachine.CODE_AT;

  private final SystemTestMachine machine = new SystemTestMachine();
  private final Cpu c = machine.c;

  /** Runs a loop over ECX that ends in HLT. */
  private void run(int rounds) {
    c.halted = false;
    c.eip = ENTRY;
    c.gpr[CpuState.ECX] = rounds;
    assertThat(machine.engine.run(100_000_000)).isEqualTo(Outcome.HALTED);
  }

  @Test
  void faultLeavesTheInstructionsBeforeItDone() {
    // inc ebx; xor edx,edx; mov eax,ebx; div edi; add esi,eax; dec ecx; jnz -12; hlt
    machine.code("43 31D2 89D8 F7F7 01C6 49 75F4 F4");
    c.gpr[CpuState.EDI] = 3;
    run(ROUNDS);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(ROUNDS);
    int sum = c.gpr[CpuState.ESI];

    c.gpr[CpuState.EDI] = 0;
    long before = c.instructions;
    run(5);
    assertThat(machine.vector()).isZero();
    assertThat(machine.slot(0)).as("EIP of DIV").isEqualTo(ENTRY + 5);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(ROUNDS + 1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(ROUNDS + 1);
    assertThat(c.gpr[CpuState.ESI]).isEqualTo(sum);
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(5);
    assertThat(c.instructions - before).as("three, the fault, HLT").isEqualTo(5);
  }

  @Test
  void storeIntoTheInstructionsAheadIsSeen() {
    // inc ebx; mov [edi],eax; mov edx,imm32; dec ecx; jnz -11; hlt
    machine.code("43 8907 BA00000000 49 75F5 F4");
    c.gpr[CpuState.EDI] = SystemTestMachine.DATA_AT;
    run(ROUNDS);
    assertThat(c.gpr[CpuState.EDX]).isZero();

    c.gpr[CpuState.EDI] = ENTRY + 4;
    c.gpr[CpuState.EAX] = 0x1234;
    long before = c.instructions;
    run(1);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(0x1234);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(ROUNDS + 1);
    assertThat(c.instructions - before).isEqualTo(6);
  }

  @Test
  void segmentThatIsNoLongerFlatIsSeen() {
    machine.descriptor(
        SystemTestMachine.FREE,
        SystemTestMachine.DATA_AT,
        0xFFFFF,
        0x93,
        SystemTestMachine.SIZE_32);
    machine.dword(SystemTestMachine.DATA_AT + 0x100, 1);
    machine.dword(2 * SystemTestMachine.DATA_AT + 0x100, 2);
    // mov ds,ax; mov edx,[esi]; inc ebx; dec ecx; jnz -8; hlt
    machine.code("8ED8 8B16 43 49 75F8 F4");
    c.gpr[CpuState.EAX] = SystemTestMachine.DATA_0;
    c.gpr[CpuState.ESI] = SystemTestMachine.DATA_AT + 0x100;
    run(ROUNDS);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(1);

    c.gpr[CpuState.EAX] = SystemTestMachine.FREE;
    run(2);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(2);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(ROUNDS + 2);
  }

  @Test
  void budgetIsKeptInsideATrace() {
    // inc ebx; inc esi; inc edi; dec ecx; jnz -6; hlt
    machine.code("43 46 47 49 75FA F4");
    run(ROUNDS);
    c.halted = false;
    c.eip = ENTRY;
    c.gpr[CpuState.ECX] = 100;
    long before = c.instructions;
    assertThat(machine.engine.run(13)).isEqualTo(Outcome.CONTINUE);
    assertThat(c.instructions - before).isEqualTo(13);
    assertThat(c.eip).isEqualTo(ENTRY + 3);
    assertThat(c.gpr[CpuState.EDI]).isEqualTo(ROUNDS + 3);
  }
}
