; Entry of the kernels guest, descriptors, the ways into user mode and back.
; Assembled with nasm -f elf32 and linked with the C sources; Multiboot 1.

bits 32

%include "begin.inc"

MULTIBOOT_FLAGS   equ 0x00000002            ; memory information
USER_CS           equ 0x18 | 3
USER_DS           equ 0x20 | 3

extern guest_main
extern unexpected_interrupt
global start
global call_user
global idt
global kernel_esp
global gdt

multiboot_header MULTIBOOT_FLAGS

section .text
start:
    begin kernel_stack_end
    mov eax, TSS_SELECTOR
    ltr ax
    mov edi, idt
    mov eax, unexpected
    mov ecx, 256
.gate:
    mov [edi], ax
    mov dword [edi + 2], KERNEL_CS
    mov byte [edi + 5], 0x8E
    rol eax, 16
    mov [edi + 6], ax
    rol eax, 16
    add eax, 8                              ; each entry below is padded to that
    add edi, 8
    dec ecx
    jnz .gate
    mov eax, leave_user
    mov [idt + 0x81 * 8], ax
    mov byte [idt + 0x81 * 8 + 5], 0xEE
    shr eax, 16
    mov [idt + 0x81 * 8 + 6], ax
    lidt [idt_pointer]
    fninit
    push ebx                                ; the Multiboot information
    call guest_main
.stop:
    cli
    hlt
    jmp .stop

; uint32_t call_user(uint32_t (*function)(void)): runs it in ring 3 on a stack of its own, interrupts on.
call_user:
    push ebp
    push ebx
    push esi
    push edi
    mov eax, [esp + 20]
    mov [kernel_esp], esp
    mov [tss + 4], esp                      ; interrupts use the stack below
    mov dword [tss + 8], KERNEL_DS
    mov dword [user_stack_end - 4], return_to_kernel
    push USER_DS
    push user_stack_end - 4
    push 0x202
    push USER_CS
    push eax
    mov eax, USER_DS
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    iret

; Where a function called in ring 3 returns to: EAX goes to the kernel.
return_to_kernel:
    int 0x81
leave_user:
    mov ebx, KERNEL_DS
    mov ds, ebx
    mov es, ebx
    mov fs, ebx
    mov gs, ebx
    mov esp, [kernel_esp]
    sti
    pop edi
    pop esi
    pop ebx
    pop ebp
    ret

align 8
unexpected:                                 ; 256 entries of eight bytes
%assign vector 0
%rep 256
    push byte (vector & 0x7F) - (vector & 0x80)
    jmp near report_unexpected
    align 8
%assign vector vector + 1
%endrep
report_unexpected:
    cld
    call unexpected_interrupt               ; (vector, error code or EIP, ...), does not return

section .data
align 8
gdt:
    descriptors
    times 10 dq 0                           ; for tests of descriptors
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dd gdt
    dw 0
idt_pointer:
    dw 256 * 8 - 1
    dd idt
align 4
tss:
    task_state

section .bss
alignb 16
idt:              resb 256 * 8
kernel_esp:       resd 1
alignb 4096
                  resb 65536
kernel_stack_end:
                  resb 65536
user_stack_end:
