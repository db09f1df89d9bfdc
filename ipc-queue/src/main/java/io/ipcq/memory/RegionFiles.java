// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Creates the file of a {@link MappedRegion}, and checks it before it is mapped. */
final class RegionFiles {

    /**
     * What a file is called until it is complete: {@code NAME.new-RANDOM}; one that stays was left by a death in
     * between.
     */
    static final String UNFINISHED_SUFFIX = ".new-";

    private static final int ZEROS_BYTES = 1 << 16;
    /** How long to wait for released regions to make room: a thread of the JDK unmaps them. */
    private static final int LONGEST_WAITS = 8;

    private static final Set<OpenOption> CREATE_NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private static final ReleasedRegions RELEASED = new ReleasedRegions();

    private RegionFiles() {}

    /** There is a mapping to be collected. */
    static void released(MappedRegion region, long bytes) {
        RELEASED.add(region, bytes);
    }

    /** What needs space on a file system. */
    @FunctionalInterface
    private interface Allocation<T> {
        T allocate() throws IOException;
    }

    /** As the JDK does when it runs out of direct memory: what was released may only wait for a collection. */
    private static <T> T collectingIfFull(Allocation<T> allocation) throws IOException {
        try {
            return allocation.allocate();
        } catch (ClosedByInterruptException | NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            if (!RELEASED.collect()) {
                throw e;
            }
            return afterCollection(allocation, e);
        }
    }

    private static <T> T afterCollection(Allocation<T> allocation, IOException full) throws IOException {
        for (int wait = 0; wait < LONGEST_WAITS; wait++) {
            LockSupport.parkNanos(1_000_000L << wait);
            try {
                return allocation.allocate();
            } catch (ClosedByInterruptException | NoSuchFileException e) {
                throw e;
            } catch (IOException e) {
                full = e;
            }
        }
        throw full;
    }

    static MappedRegion create(Path file, RegionFormat format, long sizeBytes, Consumer<MappedRegion> initialise)
            throws IOException {
        return create(file, format, sizeBytes, sizeBytes, initialise);
    }

    static MappedRegion create(
            Path file, RegionFormat format, long sizeBytes, long allocatedBytes, Consumer<MappedRegion> initialise)
            throws IOException {
        if (sizeBytes < RegionHeader.BYTES || sizeBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("sizeBytes must be from " + RegionHeader.BYTES + " to "
                    + Integer.MAX_VALUE + ": sizeBytes=" + sizeBytes);
        }
        Path unfinished = file.resolveSibling(file.getFileName()
                + UNFINISHED_SUFFIX
                + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        try {
            MappedByteBuffer mapping =
                    uninterruptibly(() -> collectingIfFull(() -> allocate(unfinished, sizeBytes, allocatedBytes)));
            MappedRegion region = new MappedRegion(file, keyOf(unfinished), mapping);
            RegionHeader.write(region, format);
            initialise.accept(region);
            publish(unfinished, file);
            return region;
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static Object keyOf(Path file) throws IOException {
        return directoryOf(file).key(file.getFileName().toString());
    }

    static DirectoryHandle directoryOf(Path file) {
        return DirectoryHandle.byName(file.resolveSibling(""));
    }

    private static MappedByteBuffer allocate(Path file, long sizeBytes, long allocatedBytes) throws IOException {
        Files.deleteIfExists(file); // of an attempt that an interrupt cut short
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, PrivateFiles.fileAttributes(file))) {
            writeZeros(channel, 0, allocatedBytes);
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw cannotAllocate(file, allocatedBytes, e);
        }
    }

    private static IOException cannotAllocate(Path file, long bytes, IOException cause) {
        return new IOException(
                "cannot allocate sizeBytes=" + bytes + " for " + file + ": " + cause.getMessage(), cause);
    }

    static void allocate(MappedRegion region, long from, long to, long identityOffset) throws IOException {
        Path path = region.file();
        DirectoryHandle directory = directoryOf(path);
        collectingIfFull(() -> {
            try {
                return directory.withFile(path.getFileName().toString(), READ_WRITE, file -> {
                    requireFileOf(region, file, identityOffset);
                    writeZeros(file, from, to);
                    return region;
                });
            } catch (NoSuchFileException e) {
                throw new NoSuchFileException(
                        path.toString(), null, "it was moved or removed while it was in use, or exchanged for another");
            } catch (IOException e) {
                throw cannotAllocate(path, to - from, e);
            }
        });
    }

    private static void requireFileOf(MappedRegion region, FileChannel file, long identityOffset) throws IOException {
        ByteBuffer identity = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole = file.read(identity, identityOffset) == Long.BYTES;
        if (!whole || identity.getLong(0) != region.getLong(identityOffset)) {
            throw new NoSuchFileException(region.file().toString());
        }
    }

    private static void writeZeros(FileChannel file, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, to - from));
        for (long position = from; position < to; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - position));
            position += file.write(zeros, position);
        }
    }

    /** A hard link appears at once or not at all, and unlike a rename it never replaces what is there. */
    private static void publish(Path unfinished, Path file) throws IOException {
        try {
            Files.createLink(file, unfinished);
        } catch (UnsupportedOperationException e) {
            throw new IOException("cannot create " + file + ": its file system has no hard links; use another one", e);
        }
    }

    static MappedRegion open(DirectoryHandle directory, Path file, RegionFormat format) throws IOException {
        return open(directory, file, format, READ_WRITE, FileChannel.MapMode.READ_WRITE);
    }

    static MappedRegion openReadOnly(DirectoryHandle directory, Path file, RegionFormat format) throws IOException {
        return open(directory, file, format, READ, FileChannel.MapMode.READ_ONLY);
    }

    private static MappedRegion open(
            DirectoryHandle directory,
            Path file,
            RegionFormat format,
            Set<OpenOption> options,
            FileChannel.MapMode mode)
            throws IOException {
        String name = file.getFileName().toString();
        while (true) {
            Object key = directory.requireOwnFile(name);
            MappedByteBuffer mapping = directory.withFile(name, options, channel -> map(file, channel, format, mode));
            if (key.equals(directory.key(name))) {
                return new MappedRegion(file, key, mapping);
            }
        }
    }

    private static MappedByteBuffer map(Path file, FileChannel channel, RegionFormat format, FileChannel.MapMode mode)
            throws IOException {
        ByteBuffer header = ByteBuffer.allocate(RegionHeader.BYTES);
        while (header.hasRemaining() && channel.read(header, header.position()) > 0) {}
        long fileBytes = channel.size();
        RegionHeader.check(file, header.flip(), format, fileBytes);
        if (fileBytes > Integer.MAX_VALUE) {
            throw new RegionFormatException(
                    file,
                    "it is too large to be mapped: found=" + fileBytes + " bytes, expected=" + Integer.MAX_VALUE
                            + " or less");
        }
        return channel.map(mode, 0, fileBytes);
    }

    /** An interrupt closes the channel in use, not the file: keep it for later and do the same again. */
    private static MappedByteBuffer uninterruptibly(Mapping mapping) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return mapping.map();
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Mapping {
        MappedByteBuffer map() throws IOException;
    }
}
