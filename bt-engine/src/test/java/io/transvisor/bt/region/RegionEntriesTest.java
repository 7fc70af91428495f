package io.transvisor.bt.region;

import org.junit.jupiter.api.Test;

/** Code that is entered in unusual places. */
class RegionEntriesTest {
  @Test
  void aLoopThatIsEnteredAtItsJump() {
    RegionProgram.check(
        RegionProgram.ONE_REGION,
        0,
        // mov edx,200; o: mov ecx,5; cmp edx,0; jmp m
        "BA C8 00 00 00 o: B9 05 00 00 00 83 FA 00 E9 @m "
            // l: add eax,edx; dec ecx; m: jnz l
            + "l: 01 D0 49 m: 0F 85 @l "
            // dec edx; jnz o; hlt
            + "4A 0F 85 @o F4");
  }

  @Test
  void aLoopThatIsEnteredBeforeItsLastInstructions() {
    RegionProgram.check(
        RegionProgram.ONE_REGION,
        0,
        // mov edx,200; o: mov ecx,5; stc; jmp m
        "BA C8 00 00 00 o: B9 05 00 00 00 F9 E9 @m "
            // l: add eax,edx; m: inc ebx; dec ecx; jnz l
            + "l: 01 D0 m: 43 49 0F 85 @l "
            // adc esi,0; dec edx; jnz o; hlt
            + "83 D6 00 4A 0F 85 @o F4");
  }

  @Test
  void whatFollowsACallIsReachedFromTheFunctionToo() {
    RegionProgram.check(
        RegionProgram.ONE_REGION,
        0,
        // l: call f; jnz n; inc ebx; n: dec ecx; jnz l; hlt
        "l: E8 @f 0F 85 @n 43 n: 49 0F 85 @l F4 "
            // f: test cl,3; ret
            + "f: F6 C1 03 C3");
  }

  @Test
  void streamsOfInstructionsThatOverlapAndComeTogether() {
    RegionProgram.check(
        RegionProgram.ONE_REGION,
        0,
        // l: test cl,1; jnz behind the next opcode; mov eax,0x90240401, or add [esp],eax; nop
        "l: F6 C1 01 75 01 B8 01 04 24 90 "
            // inc dword [esp]; mov [esp+8],eax; mov edx,[esp+4]
            + "FF 04 24 89 44 24 08 8B 54 24 04 "
            // dec ecx; jnz l; hlt
            + "49 0F 85 @l F4");
  }
}
