// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
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

/** How the file of a {@link MappedRegion} comes into being and is looked over before it is mapped. */
final class RegionFiles {

    /** What a file is called until it is complete: {@code NAME.new-RANDOM}; one that stays was left by a death in between. */
    static final String UNFINISHED_SUFFIX = ".new-";

    private static final int ZEROS_BYTES = 1 << 16;
    /** How long what was released is waited for, when it might make room: unmapping is done by a thread of the JDK. */
    private static final int LONGEST_WAITS = 8;

    private static final Set<OpenOption> CREATE_NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private static final ReleasedRegions RELEASED = new ReleasedRegions();

    private RegionFiles() {}

    /** There is a mapping to be collected. */
    static void released(MappedRegion region) {
        RELEASED.add(region);
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
            MappedRegion region = new MappedRegion(
                    file,
                    uninterruptibly(() -> collectingIfFull(() -> allocate(unfinished, sizeBytes, allocatedBytes))));
            RegionHeader.write(region, format);
            initialise.accept(region);
            publish(unfinished, file);
            return region;
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static MappedByteBuffer allocate(Path file, long sizeBytes, long allocatedBytes) throws IOException {
        Files.deleteIfExists(file); // of an attempt that an interrupt cut short
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, PrivateFiles.fileAttributes(file))) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
            for (long position = 0; position < allocatedBytes; ) {
                zeros.clear().limit((int) Math.min(ZEROS_BYTES, allocatedBytes - position));
                position += channel.write(zeros, position);
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "cannot allocate sizeBytes=" + allocatedBytes + " for " + file + ": " + e.getMessage(), e);
        }
    }

    /** An interrupt closes the channel of whoever writes through it; a {@link RandomAccessFile} takes no notice of one. */
    static void allocate(MappedRegion region, long from, long to, long identityOffset) throws IOException {
        collectingIfFull(() -> {
            allocateOnce(region, from, to, identityOffset);
            return region;
        });
    }

    private static void allocateOnce(MappedRegion region, long from, long to, long identityOffset) throws IOException {
        Path path = region.file();
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString(), null, "it was removed while it was in use");
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(identityOffset);
            if (Long.reverseBytes(file.readLong()) != region.getLong(identityOffset)) {
                throw new NoSuchFileException(path.toString(), null, "another file has taken its place");
            }
            file.seek(from);
            byte[] zeros = new byte[(int) Math.min(ZEROS_BYTES, to - from)];
            for (long position = from; position < to; position += zeros.length) {
                file.write(zeros, 0, (int) Math.min(zeros.length, to - position));
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "cannot allocate sizeBytes=" + (to - from) + " for " + path + ": " + e.getMessage(), e);
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

    static MappedRegion open(Path file, RegionFormat format) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        PrivateFiles.requirePrivate(file);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new RegionFormatException(file, "it is not a regular file; check the path");
        }
        return new MappedRegion(file, uninterruptibly(() -> map(file, format)));
    }

    private static MappedByteBuffer map(Path file, RegionFormat format) throws IOException {
        try (FileChannel channel = FileChannel.open(file, READ_WRITE)) {
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
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, fileBytes);
        }
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
