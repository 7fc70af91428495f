; The demo guest: a small preemptive kernel with user-mode tasks that share a graphics screen.
; Multiboot 1, flat image; runs under any Multiboot loader on a PC with a Bochs-compatible display.
;
;   nasm -f bin -o demo.bin demo.asm

bits 32
org 0x100000

MULTIBOOT_MAGIC   equ 0x1BADB002
MULTIBOOT_FLAGS   equ 0x00010003            ; page-aligned modules, memory information, addresses below

KERNEL_CS         equ 0x08
KERNEL_DS         equ 0x10
USER_CS           equ 0x18 | 3
USER_DS           equ 0x20 | 3
TSS_SELECTOR      equ 0x28

PAGE_DIRECTORIES  equ 0x200000              ; one per task
PAGE_TABLES       equ 0x210000              ; shared: identity map of the first 16 MiB, then the frame buffer
PRIVATE_TABLES    equ 0x230000              ; one per task
PRIVATE_PAGES     equ 0x240000              ; one per task, all seen at PRIVATE_ADDRESS
PRIVATE_ADDRESS   equ 0x40000000
FONT              equ 0x300000              ; 256 glyphs of 8x16, read from plane 2
SURFACES          equ 0x400000              ; what tasks draw into, 512 KiB each
SURFACE_SIZE      equ 0x80000
USER_STACKS       equ 0x700000              ; 16 KiB each

SCREEN_WIDTH      equ 800
SCREEN_HEIGHT     equ 600
PITCH             equ SCREEN_WIDTH * 4
TICKS_PER_SECOND  equ 100

align 4
header:
    dd MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
    dd header, header, image_end, bss_end, start

start:
    cli
    cld
    mov esp, boot_stack_end
    mov [multiboot_info], ebx
    call text_init
    call console_log_boot
    call descriptors_init
    call paging_init
    call interrupts_init
    call display_find
    call tasks_init
    mov esi, message_ready
    call text_line
    sti
    mov ecx, 2 * TICKS_PER_SECOND           ; time to read
    call wait_ticks
    call desktop_init
    call desktop_draw
    call mouse_init
    mov byte [scheduling], 1
.idle:                                      ; the boot code is the idle task
    hlt
    jmp .idle

%include "text.inc"
%include "descriptors.inc"
%include "paging.inc"
%include "interrupts.inc"
%include "input.inc"
%include "scheduler.inc"
%include "display.inc"
%include "desktop.inc"

align 4096
user_start:
%include "user.inc"
%include "plasma.inc"
%include "cube.inc"
%include "monitor.inc"
%include "terminal.inc"
align 4096
user_end:

image_end:
%include "bss.inc"
