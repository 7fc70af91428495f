package io.transvisor.bt.region;

import org.junit.jupiter.api.Test;

/** Guest functions that do not simply return to where they were called from. */
class NestedRegionsTest {
  /** Eleven instructions. */
  private static final String FILL = "47 47 47 47 47 47 47 47 47 47 47 ";

  @Test
  void aFunctionThatSkipsAnInstructionBehindItsCallNowAndThen() {
    RegionProgram.check(
        RegionProgram.SMALL_REGIONS,
        2,
        "l: "
            + FILL
            + "E8 @f 40 43 "
            + FILL
            // dec ecx; jnz l; hlt
            + "49 0F 85 @l F4 "
            // f: mov edx,ecx; and edx,1; add [esp],edx; ret
            + "f: 89 CA 83 E2 01 01 14 24 "
            + FILL
            + "C3");
  }

  @Test
  void recursionDeeperThanRegionsNest() {
    RegionProgram.check(
        RegionProgram.SMALL_REGIONS,
        2,
        "l: BB 64 00 00 00 "
            + FILL
            + "E8 @f 40 "
            + FILL
            + "49 0F 85 @l F4 "
            // f: dec ebx; jz out; call f; inc esi; out: ret
            + "f: "
            + FILL
            + "4B 0F 84 @out E8 @f 46 "
            + FILL
            + "out: C3");
  }

  @Test
  void aJumpOutOfTwoFunctions() {
    RegionProgram.check(
        RegionProgram.SMALL_REGIONS,
        2,
        // l: mov ebp,esp; call f; inc eax; back: dec ecx; jnz l; hlt
        "l: 89 E5 "
            + FILL
            + "E8 @f 40 "
            + FILL
            + "back: 49 0F 85 @l F4 "
            // f: call g; inc eax; ret
            + "f: "
            + FILL
            + "E8 @g 40 "
            + FILL
            + "C3 "
            // g: test cl,3; jnz out; mov esp,ebp; jmp back; out: ret
            + "g: "
            + FILL
            + "F6 C1 03 0F 85 @out 89 EC E9 @back out: C3");
  }

  @Test
  void aFunctionThatChangesWhatIsBehindItsCall() {
    RegionProgram.check(
        RegionProgram.SMALL_REGIONS,
        2,
        // l: call f; changed: add eax,1; dec ecx; jnz l; hlt
        "l: "
            + FILL
            + "E8 @f 83 C0 01 "
            + FILL
            + "49 0F 85 @l F4 "
            // f: test cl,7Fh; jnz out; mov edx,[esp]; inc byte [edx+2]; out: ret
            + "f: "
            + FILL
            + "F6 C1 7F 0F 85 @out 8B 14 24 FE 42 02 out: C3");
  }
}
