package io.transvisor.bt.disasm;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.disasm.Disassembler.Line;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.core.cpu.CpuModel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single instructions in both syntaxes, as objdump prints them. */
class DisassemblerTest {
  private static final int EIP = 0x401000;

  private static Line line(Syntax syntax, boolean code32, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    return new Disassembler(InstructionSet.TABLE, CpuModel.parse("pentium4"), syntax)
        .disassemble(bytes, 0, bytes.length, code32, EIP);
  }

  private static String text(Syntax syntax, String hex) {
    return line(syntax, true, hex).text().replaceAll(" +", " ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          55                      | push %ebp                        | push ebp
          8b 45 08                | mov 0x8(%ebp),%eax               | mov eax,DWORD PTR [ebp+0x8]
          c7 44 24 04 01 00 00 00 | movl $0x1,0x4(%esp)              | mov DWORD PTR [esp+0x4],0x1
          83 e4 f0                | and $0xfffffff0,%esp             | and esp,0xfffffff0
          66 83 e0 f0             | and $0xfff0,%ax                  | and ax,0xfff0
          8d 04 8d 00 00 00 00    | lea 0x0(,%ecx,4),%eax            | lea eax,[ecx*4+0x0]
          65 a1 14 00 00 00       | mov %gs:0x14,%eax                | mov eax,gs:0x14
          0f b6 44 13 ff          | movzbl -0x1(%ebx,%edx,1),%eax    | movzx eax,BYTE PTR [ebx+edx*1-0x1]
          e8 fb ff ff ff          | call 0x401000                    | call 0x401000
          ff 24 85 00 20 40 00    | jmp *0x402000(,%eax,4)           | jmp DWORD PTR [eax*4+0x402000]
          74 fe                   | je 0x401000                      | je 0x401000
          f3 a5                   | rep movsl %ds:(%esi),%es:(%edi)  | rep movs DWORD PTR es:[edi],DWORD PTR ds:[esi]
          f2 ae                   | repnz scas %es:(%edi),%al        | repnz scas al,BYTE PTR es:[edi]
          f0 0f b1 0a             | lock cmpxchg %ecx,(%edx)         | lock cmpxchg DWORD PTR [edx],ecx
          d1 e0                   | shl %eax                         | shl eax,1
          d3 65 f8                | shll %cl,-0x8(%ebp)              | shl DWORD PTR [ebp-0x8],cl
          99                      | cltd                             | cdq
          66 98                   | cbtw                             | cbw
          dd 45 f8                | fldl -0x8(%ebp)                  | fld QWORD PTR [ebp-0x8]
          db 2d 00 20 40 00       | fldt 0x402000                    | fld TBYTE PTR ds:0x402000
          df 6c 24 08             | fildll 0x8(%esp)                 | fild QWORD PTR [esp+0x8]
          de e9                   | fsubrp %st,%st(1)                | fsubp st(1),st
          d8 e1                   | fsub %st(1),%st                  | fsub st,st(1)
          0f 6e c8                | movd %eax,%mm1                   | movd mm1,eax
          0f fd 0e                | paddw (%esi),%mm1                | paddw mm1,QWORD PTR [esi]
          66 0f 6f 06             | movdqa (%esi),%xmm0              | movdqa xmm0,XMMWORD PTR [esi]
          f2 0f c2 c1 01          | cmpltsd %xmm1,%xmm0              | cmpltsd xmm0,xmm1
          cd 80                   | int $0x80                        | int 0x80
          0f 22 c0                | mov %eax,%cr0                    | mov cr0,eax
          0f 01 10                | lgdtl (%eax)                     | lgdtd [eax]
          0f 01 3b                | invlpg (%ebx)                    | invlpg BYTE PTR [ebx]
          ec                      | in (%dx),%al                     | in al,dx
          e6 80                   | out %al,$0x80                    | out 0x80,al
          ea 00 10 40 00 08 00    | ljmp $0x8,$0x401000              | jmp 0x8:0x401000
          8e d8                   | mov %eax,%ds                     | mov ds,eax
          66 90                   | xchg %ax,%ax                     | xchg ax,ax
          90                      | nop                              | nop
          0f 0b                   | ud2                              | ud2
          """)
  void bothSyntaxes(String hex, String att, String intel) {
    assertThat(text(Syntax.ATT, hex)).isEqualTo(att);
    assertThat(text(Syntax.INTEL, hex)).isEqualTo(intel);
  }

  @Test
  void code16() {
    assertThat(line(Syntax.INTEL, false, "8b 40 fe").text()).endsWith("ax,WORD PTR [bx+si-0x2]");
    assertThat(line(Syntax.ATT, false, "66 05 01 00 00 00").text()).endsWith("$0x1,%eax");
    assertThat(line(Syntax.ATT, false, "e9 fd ef").text()).endsWith("0x0");
  }

  @Test
  void whatIsNoInstruction() {
    Line line = line(Syntax.ATT, true, "0f ff");
    assertThat(line.isBad()).isTrue();
    assertThat(line.length()).isEqualTo(1);
    assertThat(line(Syntax.ATT, true, "81 c0 01").isBad()).as("truncated").isTrue();
  }
}
