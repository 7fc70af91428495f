; The conformance guest: entry, the way into code under test and the way back from whatever it runs into.
; Assembled with nasm -f elf32 and linked with the C sources; Multiboot 1.

bits 32

MULTIBOOT_MAGIC equ 0x1BADB002
KERNEL_CS       equ 0x08
KERNEL_DS       equ 0x10
TSS_SELECTOR    equ 0x28
VM              equ 1 << 17

extern guest_main
extern bss_start
extern bss_end
global start
global enter
global come_back
global stubs
global gdt
global gdt_pointer
global idt
global idt_pointer
global tss
global in
global out
global steps
global step_count
global stack0
global stack3
global io_map

section .multiboot
align 4
    dd MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

section .text
start:
    cli
    cld
    mov ebp, eax                            ; what the loader says, if it is one for Multiboot
    mov edi, bss_start                      ; for loaders that copy the file and no more
    mov ecx, bss_end
    sub ecx, edi
    xor eax, eax
    rep stosb
    mov esp, kernel_stack_end
    push ebx
    push ebp
    call guest_main
.stop:
    cli
    hlt
    jmp .stop

; void enter(void): loads the registers in `in' with IRET, which goes to any privilege or to virtual-8086 mode; comes back, with
; `out' filled in, at the first exception or interrupt that is not to be gone on from.
enter:
    pushad
    pushfd
    mov [home], esp
    mov eax, [in.cr3]
    test eax, eax
    jz .same
    mov cr3, eax
.same:
    mov eax, [in.eflags]
    test eax, VM
    jz .protected
    push dword [in.gs]
    push dword [in.fs]
    push dword [in.ds]
    push dword [in.es]
    jmp .outer
.protected:
    mov gs, [in.gs]
    mov fs, [in.fs]
    mov es, [in.es]
    test byte [in.cs], 3
    jnz .outer
    mov esp, [in.esp]                       ; same level: IRET does not load the stack
    jmp .frame
.outer:
    push dword [in.ss]
    push dword [in.esp]
.frame:
    push dword [in.eflags]
    push dword [in.cs]
    push dword [in.eip]
    mov eax, [in.eax]
    mov ecx, [in.ecx]
    mov edx, [in.edx]
    mov ebx, [in.ebx]
    mov ebp, [in.ebp]
    mov esi, [in.esi]
    mov edi, [in.edi]
    test byte [in.eflags + 2], VM >> 16
    jnz .go                                 ; its segments come off the stack
    push dword [in.ds]
    pop ds
.go:
    iretd

; All vectors come here with their number, and the error code or 0 below it, on the stack.
caught:
    push ds
    mov word [esp + 2], 0
    push eax
    mov eax, KERNEL_DS
    mov ds, eax
    pop eax
    mov [out.eax], eax
    mov [out.ecx], ecx
    mov [out.edx], edx
    mov [out.ebx], ebx
    mov [out.ebp], ebp
    mov [out.esi], esi
    mov [out.edi], edi
    pop dword [out.ds]
    pop dword [out.vector]
    pop dword [out.error]
    mov eax, dr6
    mov [out.dr6], eax
    xor eax, eax
    mov dr6, eax
    mov eax, cr2
    mov [out.cr2], eax
    mov ax, es
    movzx eax, ax
    mov [out.es], eax
    str ax
    movzx eax, ax
    mov [out.tr], eax
    mov eax, [esp]
    mov [out.eip], eax
    mov eax, [esp + 4]
    mov [out.cs], eax
    mov eax, [esp + 8]
    mov [out.eflags], eax
    mov eax, esp
    add eax, 12
    mov [out.esp], eax
    mov ax, ss
    movzx eax, ax
    mov [out.ss], eax
    test byte [out.cs], 3
    jnz .outer
    test dword [out.eflags], VM
    jz .inner
.outer:
    mov eax, [esp + 12]
    mov [out.esp], eax
    mov eax, [esp + 16]
    mov [out.ss], eax
.inner:
    mov eax, [out.vector]
    cmp eax, [go_on_vector]
    je go_on
come_back:
    mov eax, KERNEL_DS
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov ss, eax
    mov esp, [home]
    popfd
    popad
    ret

; Debug exceptions: where, and the status register; then goes on, past an instruction breakpoint.
go_on:
    test byte [out.dr6], 15
    jz .no_breakpoint
    or byte [esp + 8 + 2], 1                ; RF
.no_breakpoint:
    mov edx, [step_count]
    cmp edx, STEPS
    jae come_back
    inc dword [step_count]
    mov eax, [out.eip]
    mov [steps + 8 * edx], eax
    mov eax, [out.dr6]
    mov [steps + 8 * edx + 4], eax
    mov eax, [out.eax]
    mov ecx, [out.ecx]
    mov edx, [out.edx]
    push dword [out.ds]
    pop ds
    iretd

align 16
stubs:                                      ; 256 entries of 16 bytes
%assign vector 0
%rep 256
%if vector <> 8 && (vector < 10 || vector > 14) && vector <> 17
    push byte 0
%else
    nop
    nop
%endif
    push dword vector
    jmp near caught
    align 16
%assign vector vector + 1
%endrep

section .data
align 8
gdt:
    times 64 dq 0
gdt_pointer:
    dw 64 * 8 - 1
    dd gdt
    dw 0
idt_pointer:
    dw 256 * 8 - 1
    dd idt
    dw 0
global go_on_vector
go_on_vector: dd -1

STEPS equ 64

section .bss
alignb 16
idt:         resb 256 * 8
tss:         resb 104
tss_redirection: resb 32
io_map:      resb 8192 + 1
alignb 4
home:        resd 1
in:
.eax:        resd 1
.ecx:        resd 1
.edx:        resd 1
.ebx:        resd 1
.esp:        resd 1
.ebp:        resd 1
.esi:        resd 1
.edi:        resd 1
.eip:        resd 1
.eflags:     resd 1
.cs:         resd 1
.ss:         resd 1
.ds:         resd 1
.es:         resd 1
.fs:         resd 1
.gs:         resd 1
.cr3:        resd 1
out:
.eax:        resd 1
.ecx:        resd 1
.edx:        resd 1
.ebx:        resd 1
.esp:        resd 1
.ebp:        resd 1
.esi:        resd 1
.edi:        resd 1
.eip:        resd 1
.eflags:     resd 1
.cs:         resd 1
.ss:         resd 1
.ds:         resd 1
.es:         resd 1
.vector:     resd 1
.error:      resd 1
.dr6:        resd 1
.cr2:        resd 1
.tr:         resd 1
step_count:  resd 1
steps:       resd 2 * STEPS
alignb 4096
             resb 16384
kernel_stack_end:
             resb 8192
stack0:      resb 8192
stack_trap:  resb 8192
stack3:
