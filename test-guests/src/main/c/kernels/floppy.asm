; Boots the kernels guest from a floppy disk, for emulators that load no kernels themselves. Whoever makes the disk writes the
; words at its sector's end and, from the second sector on, the command line (one sector) and the image as it belongs at 1 MiB.
;
;   nasm -f bin -o kernels-floppy.bin floppy.asm

SECTORS_PER_TRACK equ 18
HEADS             equ 2
BUFFER            equ 0x10000
SECTOR            equ 512
LOAD_ADDRESS      equ 0x100000
INFO              equ 0x9000
INFO_COMMAND_LINE equ 4
MULTIBOOT_MAGIC   equ 0x2BADB002

bits 16
org 0x7C00

boot:
    cli
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, boot
    sti
    mov [drive], dl
    mov ax, BUFFER >> 4
    mov es, ax
    mov bp, [sectors]
    mov si, 1                               ; sector counted from 0
.read:
    mov ax, si
    mov bl, SECTORS_PER_TRACK
    div bl
    mov cl, ah
    inc cl
    mov dh, al
    and dh, HEADS - 1
    shr al, 1
    mov ch, al
    mov dl, [drive]
    mov ax, 0x0201
    xor bx, bx
    int 0x13
    jc .read                                ; again: drives need that
    mov ax, es
    add ax, SECTOR >> 4
    mov es, ax
    inc si
    dec bp
    jnz .read
    in al, 0x92                             ; A20
    or al, 2
    out 0x92, al
    cli
    lgdt [gdt_pointer]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:protected

bits 32
protected:
    mov ax, 16
    mov ds, ax
    mov es, ax
    mov ss, ax
    movzx ecx, word [sectors]
    dec ecx
    shl ecx, 7                              ; dwords
    mov esi, BUFFER + SECTOR
    mov edi, LOAD_ADDRESS
    rep movsd
    mov dword [INFO], INFO_COMMAND_LINE
    mov dword [INFO + 16], BUFFER
    mov ebx, INFO
    mov eax, MULTIBOOT_MAGIC
    jmp [entry]

align 8
gdt:
    dq 0
    dq 0x00CF9A000000FFFF
    dq 0x00CF92000000FFFF
gdt_pointer:
    dw 23
    dd gdt
drive: db 0

    times 504 - ($ - $$) db 0
entry:   dd 0
sectors: dw 0                               ; after the first
    dw 0xAA55
