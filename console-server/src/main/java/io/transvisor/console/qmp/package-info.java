/** QMP, QEMU's machine protocol: JSON commands, answers and events. */
package io.transvisor.console.qmp;
