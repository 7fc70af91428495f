package io.transvisor.bt.fpu;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;

/**
 * Control instructions: control and status word, initialisation, environment and state images,
 * WAIT.
 */
final class X87Control {
  private X87Control() {}

  static void define(FormTable t) {
    t.op("9B", "wait").any(WAIT);
    t.op("D9 /4:m", "fldenv M").any(LOAD_ENVIRONMENT);
    t.op("D9 /5:m", "fldcw Mw").any(LOAD_CONTROL);
    t.op("D9 /6:m", "fnstenv M").any(STORE_ENVIRONMENT);
    t.op("D9 /7:m", "fnstcw Mw").any(STORE_CONTROL);
    t.op("DD /4:m", "frstor M").any(RESTORE);
    t.op("DD /6:m", "fnsave M").any(SAVE);
    t.op("DD /7:m", "fnstsw Mw").any(STORE_STATUS);
    t.op("DF =E0", "fnstsw AX").any(STORE_STATUS_AX);
    t.op("DB =E2", "fnclex").any(CLEAR_EXCEPTIONS);
    t.op("DB =E3", "fninit").any(INITIALIZE);
    // instructions of the 8087 and 80287 that later units take as no operation
    t.op("DB =E0", "fneni").any(NO_OPERATION);
    t.op("DB =E1", "fndisi").any(NO_OPERATION);
    t.op("DB =E4", "fnsetpm").any(NO_OPERATION);
  }

  private static final Handler WAIT =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.await(c);
        }
      };

  private static final Handler NO_OPERATION =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
        }
      };

  private static final Handler LOAD_CONTROL =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.begin(c);
          c.fpu.setControlWord(c.readW(i));
          X87Guard.errorsChanged(c);
        }
      };

  private static final Handler STORE_CONTROL =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          c.writeW(i, c.fpu.control);
        }
      };

  private static final Handler STORE_STATUS =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          c.writeW(i, c.fpu.statusWord());
        }
      };

  private static final Handler STORE_STATUS_AX =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          c.setReg16(CpuState.EAX, c.fpu.statusWord());
        }
      };

  private static final Handler CLEAR_EXCEPTIONS =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          c.fpu.status &= ~(FpuState.EXCEPTIONS | FpuState.SF | FpuState.ES);
          X87Guard.errorsChanged(c);
        }
      };

  private static final Handler INITIALIZE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          c.fpu.initialize();
          X87Guard.errorsChanged(c);
        }
      };

  private static final Handler LOAD_ENVIRONMENT =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.begin(c);
          X87Environment.load(c, i, c.offset(i));
          X87Guard.errorsChanged(c);
        }
      };

  private static final Handler STORE_ENVIRONMENT =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          X87Environment.store(c, i, c.offset(i));
          c.fpu.setControlWord(c.fpu.control | FpuState.EXCEPTIONS);
          X87Guard.errorsChanged(c);
        }
      };

  private static final Handler RESTORE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.begin(c);
          X87Environment.restore(c, i, c.offset(i));
          X87Guard.errorsChanged(c);
        }
      };

  private static final Handler SAVE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          X87Guard.beginControl(c);
          X87Environment.save(c, i, c.offset(i));
          c.fpu.initialize();
          X87Guard.errorsChanged(c);
        }
      };
}
