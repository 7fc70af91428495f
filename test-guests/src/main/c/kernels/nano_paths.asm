; The timed paths of the nano-benchmarks and their handlers. Functions for C; those named user_... run in ring 3 and need not
; keep registers. Each does [operations] operations and returns a checksum.

bits 32

KERNEL_CS         equ 0x08
KERNEL_DS         equ 0x10
USER_DS           equ 0x20 | 3
LDT_SELECTOR      equ 0x30
CALL_GATE         equ 0x38
COM1              equ 0x3F8

PAGES             equ 0x01000000            ; 16 MiB and above: nothing else uses it
PAGE              equ 0x1000
PAGE_COUNT        equ 512
TOUCHES           equ 64
LINE              equ 64                    ; successive pages are touched in successive cache lines

extern operations
extern page_tables
global events

section .data
align 4
events: dd 0

section .text

%macro path 1
global %1
align 16
%1:
%endmacro

; ---- into the kernel and back ----

path user_int80
    mov ecx, [operations]
.next:
    int 0x80
    dec ecx
    jnz .next
    mov eax, [events]
    ret

path int80_handler
    inc dword [events]
    iret

path user_sysenter
    mov ebx, [operations]
    mov ecx, esp
    mov edx, .back
.next:
    sysenter
align 4
.back:
    dec ebx
    jnz .next
    mov eax, [events]
    ret

path sysenter_handler
    inc dword [events]
    sti
    sysexit

path user_divide_error
    mov ebx, [operations]
    xor ecx, ecx
.next:
    div ecx
    dec ebx
    jnz .next
    mov eax, [events]
    ret

path divide_handler
    inc dword [events]
    add dword [esp], 2                      ; over the division
    iret

path user_call_gate
    mov ecx, [operations]
.next:
    call CALL_GATE | 3:0
    dec ecx
    jnz .next
    mov eax, [events]
    ret

path call_gate_target
    inc dword [events]
    retf

; Touches pages that are not there, PAGE_COUNT a round.
path user_page_fault
    mov esi, [operations]
    xor eax, eax
.round:
    int 0x83
    mov edi, PAGES
    mov ecx, PAGE_COUNT
.next:
    add eax, [edi]
    add edi, PAGE
    dec ecx
    jnz .next
    sub esi, PAGE_COUNT
    ja .round
    add eax, [events]
    ret

path page_fault_handler
    push eax
    mov eax, cr2
    shr eax, 12
    or dword [page_tables + eax * 4], 1
    inc dword [events]
    pop eax
    add esp, 4                              ; the error code
    iret

path unmap_handler
    push eax
    push ecx
    mov ecx, PAGE_COUNT
.next:
    and dword [page_tables + (PAGES >> 12) * 4 - 4 + ecx * 4], ~1
    dec ecx
    jnz .next
    mov eax, cr3
    mov cr3, eax
    pop ecx
    pop eax
    iret

; ---- segments and descriptor tables ----

path far_call
    mov ecx, [operations]
    xor eax, eax
.next:
    call KERNEL_CS:.target
    dec ecx
    jnz .next
    ret
align 16
.target:
    inc eax
    retf

path segment_loads
    mov ecx, [operations]
    mov eax, KERNEL_DS
    mov edx, USER_DS
.next:
    mov ds, edx
    mov es, eax
    mov fs, edx
    mov gs, eax
    sub ecx, 4
    ja .next
    mov ds, eax
    mov eax, fs
    ret

path lldt
    mov ecx, [operations]
    mov eax, LDT_SELECTOR
.next:
    lldt ax
    dec ecx
    jnz .next
    sldt eax
    ret

path sgdt_sidt_smsw_str
    sub esp, 16
    mov ecx, [operations]
    xor edx, edx
.next:
    sgdt [esp]
    sidt [esp + 8]
    smsw eax
    add edx, eax
    str eax
    add edx, eax
    dec ecx
    jnz .next
    mov eax, edx
    add esp, 16
    ret

; ---- flags, ports, counters, control registers ----

path pushf_cli_popf
    mov ecx, [operations]
    xor eax, eax
.next:
    pushf
    cli
    inc eax
    popf
    dec ecx
    jnz .next
    ret

path port_in
    mov ecx, [operations]
.next:
    in al, 0x80                             ; as the paper's
    dec ecx
    jnz .next
    mov eax, [operations]
    ret

path port_out
    mov ecx, [operations]
.next:
    out 0x80, al
    dec ecx
    jnz .next
    mov eax, [operations]
    ret

path rdtsc
    push ebx
    mov ecx, [operations]
.next:
    rdtsc
    xor ebx, eax
    dec ecx
    jnz .next
    mov eax, [operations]
    pop ebx
    ret

path cr0_write
    mov ecx, [operations]
    mov eax, cr0
    or eax, 8                               ; TS
.next:
    mov cr0, eax
    clts
    dec ecx
    jnz .next
    mov eax, cr0
    ret

path interrupt
    push ebx
    mov edx, COM1 + 1
    mov ecx, [operations]
.next:
    mov ebx, [events]
    mov al, 0
    out dx, al
    mov al, 2                               ; transmitter empty: it is, and says so
    out dx, al
.wait:
    cmp ebx, [events]
    je .wait
    dec ecx
    jnz .next
    mov al, 0
    out dx, al
    mov eax, [events]
    pop ebx
    ret

path serial_handler
    push eax
    push edx
    mov edx, COM1 + 2
    in al, dx                               ; takes the request back
    inc dword [events]
    mov al, 0x20
    out 0x20, al
    pop edx
    pop eax
    iret

; ---- calls ----

path call_chain
    mov ecx, [operations]
    xor eax, eax
.next:
    call link_1
    dec ecx
    jnz .next
    ret
%assign n 1
%rep 9
align 16
link_%+n:
%assign n n + 1
    call link_%+n
    inc eax
    ret
%endrep
align 16
link_10:
    inc eax
    ret

; ---- memory ----

; A new address space that is the old one, and the working set found again.
path cr3_touch
    push ebx
    mov ebx, [operations]
    xor eax, eax
.next:
    mov edx, cr3
    mov cr3, edx
    mov edx, PAGES
    mov ecx, TOUCHES
.touch:
    add eax, [edx]
    add edx, PAGE + LINE
    dec ecx
    jnz .touch
    inc eax
    dec ebx
    jnz .next
    pop ebx
    ret

path walk
    push ebx
    mov ebx, [operations]
    xor eax, eax
.next:
    mov edx, PAGES
    mov ecx, PAGE_COUNT
.touch:
    add eax, [edx]
    add edx, PAGE + LINE
    dec ecx
    jnz .touch
    inc eax
    dec ebx
    jnz .next
    pop ebx
    ret

PTE               equ page_tables + (PAGES >> 12) * 4

; Writes the entry of a page that is not used meanwhile.
path pte_write
    mov ecx, [operations]
    mov eax, [PTE]
.next:
    mov [PTE], eax
    xor eax, 0x1000
    dec ecx
    jnz .next
    mov eax, [PTE]
    and eax, ~0x60                          ; accessed, dirty
    mov dword [PTE], PAGES | 7
    invlpg [PAGES]
    ret

; Maps one of two pages, looks at it.
path pte_invlpg
    mov dword [PAGES + 0x10000], 1
    mov dword [PAGES + 0x11000], 2
    mov ecx, [operations]
    xor eax, eax
    mov edx, PAGES + 0x10000 + 7
.next:
    mov [PTE], edx
    invlpg [PAGES]
    add eax, [PAGES]
    xor edx, 0x1000
    dec ecx
    jnz .next
    mov dword [PTE], PAGES | 7
    invlpg [PAGES]
    ret

path invlpg
    mov ecx, [operations]
.next:
    invlpg [PAGES]
    dec ecx
    jnz .next
    mov eax, [operations]
    ret

; ---- code that changes itself ----

align 4096
path self_modify
    mov ecx, [operations]
    xor eax, eax
.next:
    mov [.changed + 1], ecx
    jmp .changed
align 16
.changed:
    mov edx, 0
    add eax, edx
    dec ecx
    jnz .next
    ret
align 4096
