/**
 * From X keysyms and absolute pointer positions to the keys of a PC keyboard and the relative
 * movements of a PS/2 mouse. Shared by all viewers of a guest, which has one keyboard and one
 * mouse.
 */
package io.transvisor.console.rfb.input;
