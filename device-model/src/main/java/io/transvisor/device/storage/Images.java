package io.transvisor.device.storage;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens image files. Whatever is wrong with one becomes a one-line {@link VmmException}. */
public final class Images {
  private static final Logger LOG = LoggerFactory.getLogger(Images.class);

  /** Container formats we can recognise but not read, by the bytes they start with. */
  private static final Map<String, String> CONTAINERS = new LinkedHashMap<>();

  static {
    CONTAINERS.put("QFI\u00FB", "qcow2");
    CONTAINERS.put("KDMV", "vmdk");
    CONTAINERS.put("COWD", "vmdk");
    CONTAINERS.put("# Disk DescriptorFile", "vmdk");
    CONTAINERS.put("<<< ", "vdi");
    CONTAINERS.put("vhdxfile", "vhdx");
    CONTAINERS.put("conectix", "vpc");
  }

  private Images() {}

  /**
   * Opens a disk or floppy image.
   *
   * @param snapshot writes go to a temporary file and are forgotten at the end; the image is opened
   *     read-only
   * @param readOnly writes are refused. A file without write permission is opened read-only in any
   *     case.
   * @throws VmmException if the file is missing, not an image, not readable, empty, or in use
   */
  public static BlockImage open(Path path, boolean snapshot, boolean readOnly) {
    BlockImage base = openRaw(path, snapshot || readOnly);
    if (!snapshot || readOnly) {
      return base;
    }
    try {
      return new OverlayImage(base, Path.of(System.getProperty("java.io.tmpdir")));
    } catch (VmmException e) {
      base.close();
      throw e;
    }
  }

  /**
   * Opens a CD or DVD image; it is never written.
   *
   * @throws VmmException as {@link #open}, or if the file is too small to be one
   */
  public static IsoMedium openCd(Path path) {
    BlockImage image = openRaw(path, true);
    if (image.sectors() * BlockImage.SECTOR_SIZE < IsoMedium.BLOCK_SIZE) {
      image.close();
      throw new VmmException(path + " is smaller than one CD block of 2048 bytes");
    }
    return new IsoMedium(image);
  }

  private static RawImage openRaw(Path path, boolean readOnly) {
    checkKind(path);
    boolean shared = readOnly;
    if (!readOnly && !Files.isWritable(path)) {
      LOG.warn("{} is not writable and is opened read-only", path);
      shared = true;
    }
    ImageLock lock = ImageLock.enter(realPath(path), !shared);
    if (lock == null) {
      throw inUse(path, shared);
    }
    FileChannel channel = null;
    boolean done = false;
    try {
      channel =
          shared
              ? FileChannel.open(path, StandardOpenOption.READ)
              : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!lock.lock(channel, !shared)) {
        throw inUse(path, shared);
      }
      long size = channel.size();
      if (size == 0) {
        throw new VmmException(path + " is empty");
      }
      checkFormat(path, channel);
      done = true;
      return new RawImage(path, channel, lock, shared, size);
    } catch (IOException e) {
      throw cannotOpen(path, e);
    } finally {
      if (!done) {
        lock.release();
        if (channel != null) {
          RawImage.closeQuietly(channel);
        }
      }
    }
  }

  private static void checkKind(Path path) {
    if (!Files.exists(path)) {
      throw new VmmException(path + " does not exist");
    }
    if (Files.isDirectory(path)) {
      throw new VmmException(path + " is a directory, not an image file");
    }
    if (!Files.isRegularFile(path) && !isBlockDevice(path)) {
      throw new VmmException(path + " is neither a file nor a block device");
    }
    if (!Files.isReadable(path)) {
      throw new VmmException(path + " is not readable: check its permissions");
    }
  }

  private static boolean isBlockDevice(Path path) {
    try {
      // S_IFMT and S_IFBLK of stat(2).
      return ((Integer) Files.getAttribute(path, "unix:mode") & 0xF000) == 0x6000;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
      return false;
    }
  }

  private static Path realPath(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw cannotOpen(path, e);
    }
  }

  private static void checkFormat(Path path, FileChannel channel) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(32);
    channel.read(head, 0);
    String start = new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1);
    for (Map.Entry<String, String> format : CONTAINERS.entrySet()) {
      if (start.startsWith(format.getKey())) {
        throw new VmmException(
            "%s is a %s image; convert it with: qemu-img convert -O raw %s %s.raw"
                .formatted(path, format.getValue(), path, path));
      }
    }
  }

  private static VmmException inUse(Path path, boolean readOnly) {
    return new VmmException(
        readOnly
            ? path + " is being written by another machine"
            : path
                + " is in use by another machine or drive; open it with -snapshot, or end the"
                + " other one");
  }

  private static VmmException cannotOpen(Path path, IOException e) {
    String reason =
        switch (e) {
          case NoSuchFileException _ -> "does not exist";
          case AccessDeniedException _ -> "is not accessible: check its permissions";
          default -> "cannot be opened: " + e.getMessage();
        };
    return new VmmException(path + " " + reason, e);
  }
}
