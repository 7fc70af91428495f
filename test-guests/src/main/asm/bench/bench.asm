; The benchmark guest: a boot sector and a small protected-mode program that runs kernels of known length and reports
; them over COM1, so that the host can time them from outside, whatever the guest's clocks do:
;
;   B <kernel> <pass> <instructions>      a pass begins when this line's end arrives
;   E <kernel> <checksum>                 and ends when this line's first character arrives
;   DONE
;
; Runs from a floppy disk on any PC with 1 MiB of memory.
;
;   nasm -f bin -o bench.bin bench.asm     (padded to the size of a floppy disk by whoever runs it)

PASSES            equ 5

KERNEL_CS         equ 0x08
KERNEL_DS         equ 0x10
USER_CS           equ 0x18 | 3
USER_DS           equ 0x20 | 3
TSS_SELECTOR      equ 0x28
CODE16_CS         equ 0x30

PAGE_DIRECTORY    equ 0x20000
PAGE_TABLE        equ 0x21000               ; identity map of the first 4 MiB
DATA              equ 0x30000               ; what the kernels work on
COPY              equ 0x50000
X87_DATA          equ 0x24000
FAULTING_PAGE     equ 0x60000
KERNEL_STACK      equ 0x70000
USER_STACK        equ 0x78000

COM1              equ 0x3F8

bits 16
org 0x7C00

boot:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, boot
    sti
    mov ax, 0x0200 + PROGRAM_SECTORS        ; read sectors, from cylinder 0, head 0, sector 2
    mov bx, program
    mov cx, 2
    mov dh, 0                               ; DL is the drive booted from
    int 0x13
    jc $
    cli
    lgdt [gdt_pointer]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp KERNEL_CS:program

align 4
gdt:
    dq 0
    dq 0x00CF9A000000FFFF
    dq 0x00CF92000000FFFF
    dq 0x00CFFA000000FFFF
    dq 0x00CFF2000000FFFF
    dw 103, tss
    dw 0x8900, 0
    dq 0x00009A000000FFFF
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dd gdt

    times 510 - ($ - $$) db 0
    dw 0xAA55

%include "system.inc"
%include "integer.inc"
%include "flow.inc"
%include "privileged.inc"

program_end:
    times (511 - ($ - program + 511) % 512) db 0
PROGRAM_SECTORS   equ ($ - program) / 512
