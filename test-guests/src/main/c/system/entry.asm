; Entry of the system guest, descriptors, traps, the switch between processes, and the images of its programs.
; Assembled with nasm -f elf32 and linked with the C sources; Multiboot 1.

bits 32

%include "begin.inc"

MULTIBOOT_FLAGS   equ 0x00000003            ; pages aligned, memory information
VECTORS           equ 0x30
SYSTEM_CALL       equ 0x80

extern kernel_main
extern trap
global start
global switch_stack
global return_from_trap
global tss
global programs

multiboot_header MULTIBOOT_FLAGS

section .text
start:
    begin boot_stack_end
    mov dword [tss + 8], KERNEL_DS
    mov eax, TSS_SELECTOR
    ltr ax
    mov ebp, stubs
    xor edi, edi
.gate:
    mov eax, [ebp + edi * 4]
    mov edx, 0x8E00
    call set_gate
    inc edi
    cmp edi, VECTORS
    jne .gate
    mov edi, SYSTEM_CALL
    mov eax, stub_128
    mov edx, 0xEE00
    call set_gate
    lidt [idt_pointer]
    push ebx                                ; the Multiboot information
    call kernel_main                        ; does not return

; Gate EDI leads to EAX and is of type EDX.
set_gate:
    mov [idt + edi * 8], ax
    mov word [idt + edi * 8 + 2], KERNEL_CS
    mov [idt + edi * 8 + 4], dx
    shr eax, 16
    mov [idt + edi * 8 + 6], ax
    ret

; Traps come here with an error code and their vector on the stack: a struct frame is made of them.
enter_kernel:
    pushad
    push ds
    push es
    cld
    mov eax, KERNEL_DS
    mov ds, eax
    mov es, eax
    push esp
    call trap                               ; (struct frame *)
    add esp, 4
return_from_trap:
    pop es
    pop ds
    popad
    add esp, 8
    iret

%macro stub 1
stub_%1:
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17
%else
    push dword 0
%endif
    push dword %1
    jmp enter_kernel
%endmacro

%assign vector 0
%rep VECTORS
    stub vector
%assign vector vector + 1
%endrep
    stub 128

; void switch_stack(uint32_t *save, uint32_t next): goes on where the other stack was left.
switch_stack:
    mov eax, [esp + 4]
    mov edx, [esp + 8]
    push ebp
    push ebx
    push esi
    push edi
    mov [eax], esp
    mov esp, edx
    pop edi
    pop esi
    pop ebx
    pop ebp
    ret

section .data
align 8
gdt:
    descriptors
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dd gdt
idt_pointer:
    dw 256 * 8 - 1
    dd idt
align 4
%macro address 1
    dd stub_%1
%endmacro
stubs:
%assign vector 0
%rep VECTORS
    address vector
%assign vector vector + 1
%endrep
tss:
    task_state

; struct program programs[]: name, pages, number of pages; ends with an empty one.
programs:
    dd name_shell, shell, (shell_end - shell) / 4096
    dd name_true, true, (true_end - true) / 4096
    dd name_cc, cc, (cc_end - cc) / 4096
    dd 0, 0, 0
name_shell: db "shell", 0
name_true:  db "true", 0
name_cc:    db "cc", 0

; What would be on a disk: pages that are mapped into processes as they are.
section .images progbits alloc noexec write align=4096
shell:      incbin "shell.bin"
            align 4096, db 0
shell_end:
true:       incbin "true.bin"
            align 4096, db 0
true_end:
cc:         incbin "cc.bin"
            align 4096, db 0
cc_end:

section .bss
alignb 16
idt:        resb 256 * 8
            resb 8192
boot_stack_end:
