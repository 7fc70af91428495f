; Instruction mixes: loops of one kind of instruction and of known length, for ring 0. Functions for C: each returns a checksum.
; The instructions of the loop alone are the address of the symbol mix_<name>_instructions.

bits 32

section .text

KERNEL_DS         equ 0x10
CODE16            equ 0x40
DATA16            equ 0x48

DATA              equ 0x01400000            ; 64 KiB of random numbers
COPY              equ 0x01420000            ; scratch, zeros

%macro mix 2                                ; name, instructions
global mix_%1
global mix_%1_instructions
mix_%1_instructions equ %2
align 16
mix_%1:
    push ebx
    push esi
    push edi
    push ebp
    call %%body
    pop ebp
    pop edi
    pop esi
    pop ebx
    ret
align 16
%%body:
%endmacro

; ---- registers ----

ALU_ROUNDS equ 2000000
mix alu, ALU_ROUNDS * 8
    mov ecx, ALU_ROUNDS
    mov eax, 1
    mov ebx, 2
    mov edx, 3
    mov esi, 4
.loop:
    add eax, ecx
    xor ebx, eax
    sub edx, ebx
    lea esi, [eax + ebx * 2 + 5]
    and esi, 0xFFFF
    or edx, esi
    dec ecx
    jnz .loop
    add eax, edx
    ret

ADC_ROUNDS equ 2000000
mix adc, ADC_ROUNDS * 8
    mov ecx, ADC_ROUNDS
    mov eax, 0x89ABCDEF
    mov edx, 0x01234567
    mov esi, 1
    mov edi, 0
.loop:
    add esi, eax
    adc edi, edx
    sub eax, esi
    sbb edx, edi
    add eax, eax
    adc edx, edx
    dec ecx
    jnz .loop
    add eax, edi
    ret

MULDIV_ROUNDS equ 1000000
mix muldiv, MULDIV_ROUNDS * 8
    mov ecx, MULDIV_ROUNDS
    mov esi, 7
    mov ebx, 0x10001
.loop:
    mov eax, ecx
    mul ebx
    add eax, esi
    imul esi, eax, 0x9E3779B1
    and edx, 0xFFFF
    div ebx
    dec ecx
    jnz .loop
    add eax, esi
    ret

SHIFTS_ROUNDS equ 1500000
mix shifts, SHIFTS_ROUNDS * 10
    mov ecx, SHIFTS_ROUNDS
    mov eax, 0x12345678
    mov edx, 0x9ABCDEF0
.loop:
    mov ebx, eax
    shl ebx, 13
    xor eax, ebx
    mov ebx, eax
    shr ebx, 17
    xor eax, ebx
    rol edx, cl
    xor eax, edx
    dec ecx
    jnz .loop
    ret

SETCC_ROUNDS equ 1500000
mix setcc, SETCC_ROUNDS * 9
    mov ecx, SETCC_ROUNDS
    mov eax, 1
    xor ebx, ebx
    xor edx, edx
    xor esi, esi
.loop:
    imul eax, eax, 1103515245
    cmp eax, ecx
    setl bl
    cmovb edx, eax
    add esi, ebx
    test edx, esi
    cmovs esi, ecx
    dec ecx
    jnz .loop
    lea eax, [esi + edx]
    ret

; ---- memory ----

MEMORY_ROUNDS equ 1500000
mix memory, MEMORY_ROUNDS * 8
    mov ecx, MEMORY_ROUNDS
    mov esi, COPY
    xor eax, eax
.loop:
    mov edx, [esi]
    add edx, ecx
    mov [esi], edx
    add [esi + 4], edx
    add esi, 8
    and esi, COPY | 0x3FF8
    dec ecx
    jnz .loop
    mov eax, [COPY]
    add eax, [COPY + 0x2000]
    jmp clear_copy

; The next pass starts alike. Keeps EAX.
clear_copy:
    push eax
    mov edi, COPY
    mov ecx, 0x4000
    xor eax, eax
    rep stosd
    pop eax
    ret

PUSHPOP_ROUNDS equ 1500000
mix pushpop, PUSHPOP_ROUNDS * 11
    mov ecx, PUSHPOP_ROUNDS
    mov eax, 1
    mov ebx, 2
    mov edx, 3
.loop:
    push eax
    push ebx
    push edx
    push ecx
    pop eax
    pop ebx
    pop edx
    add edx, [esp]
    add esp, 4
    dec ecx
    jnz .loop
    add eax, edx
    ret

LODSB_ROUNDS equ 30
mix lodsb, LODSB_ROUNDS * 65536 * 5
    mov ebp, LODSB_ROUNDS
    xor edx, edx
    xor eax, eax
.round:
    mov esi, DATA
    mov edi, COPY
    mov ecx, 65536
.loop:
    lodsb
    add dl, al
    stosb
    dec ecx
    jnz .loop
    dec ebp
    jnz .round
    mov eax, edx
    jmp clear_copy

; Stores beside the code that makes them.
CODE_PAGE_ROUNDS equ 2000000
align 4
code_page: dd 0
mix code_page, CODE_PAGE_ROUNDS * 4
    mov ecx, CODE_PAGE_ROUNDS
    xor eax, eax
.loop:
    add eax, ecx
    mov [code_page], eax
    dec ecx
    jnz .loop
    ret

; ---- flow ----

BRANCHES_ROUNDS equ 1500000
mix branches, 17206866                      ; by what the numbers happen to be
    mov ecx, BRANCHES_ROUNDS
    mov eax, 1
    xor edx, edx
.loop:
    imul eax, eax, 1103515245
    add eax, 12345
    test eax, 0x10000
    jz .even
    add edx, 3
.even:
    test eax, 0x20000
    jz .low
    xor edx, eax
.low:
    cmp eax, edx
    jl .less
    sub edx, eax
.less:
    dec ecx
    jnz .loop
    mov eax, edx
    ret

CALL_ROUNDS equ 1500000
mix call, CALL_ROUNDS * 8
    mov ecx, CALL_ROUNDS
    mov eax, 1
.loop:
    call .add
    call .mix
    dec ecx
    jnz .loop
    ret
.add:
    add eax, ecx
    ret
.mix:
    xor eax, 0x55AA
    ret

INDIRECT_ROUNDS equ 1500000
mix indirect, INDIRECT_ROUNDS * 7
    mov ecx, INDIRECT_ROUNDS
    xor eax, eax
.loop:
    mov edx, ecx
    and edx, 7
    call [.table + edx * 4]
    dec ecx
    jnz .loop
    ret
%assign n 0
%rep 8
.f%+n:
    add eax, n * 17 + 3
    ret
%assign n n + 1
%endrep
align 4
.table:
    dd .f0, .f1, .f2, .f3, .f4, .f5, .f6, .f7

; ---- 16-bit code, in segments whose bases are not 0 ----

CODE16_ROUNDS equ 30
mix code16, CODE16_ROUNDS * 65535 * 7
    mov eax, DATA16
    mov ds, eax
    mov ebp, CODE16_ROUNDS
    xor eax, eax
    xor edx, edx
    call CODE16:0
    mov ecx, KERNEL_DS
    mov ds, ecx
    mov eax, edx
    ret

global code16_start
align 16
bits 16
code16_start:
    mov si, 0
    mov cx, 65535
.loop:
    mov ax, [si]
    and si, 0x3FE
    add dx, ax
    xor ax, cx
    add si, 2
    dec cx
    jnz .loop
    dec bp
    jnz code16_start
    o32 retf
