/**
 * Disk, floppy and CD images: sectors in files of the host, with locking, copy-on-write and
 * one-line errors. Knows no controller; controllers turn {@link
 * io.transvisor.device.storage.ImageIoException} into what the guest would see.
 */
package io.transvisor.device.storage;
