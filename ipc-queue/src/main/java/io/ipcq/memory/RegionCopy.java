// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads words of a mapped file without mapping it: for who looks at thousands of files, of each once. To map a file, to
 * touch its first page and to unmap it costs several times as much as to read that page.
 *
 * <p>What is read at once need not be of one moment, and the parts of a word not either. So {@link #isStill} reads the
 * first bytes again: if they are the same, all that was read since {@link #open} is what was there. A file that is
 * written all the time is for a mapping.
 *
 * <p>It does not look whose file it is, nor does it hold the directory: use it only where nobody else can exchange what
 * the path leads to. Thread-safe: no, one thread reads. Process-safe: it writes nothing.
 */
public final class RegionCopy implements AutoCloseable {

    private static final int BYTES = 4096;
    /** What is read at once of what stands elsewhere. */
    private static final int RECORD_BYTES = 16;

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final ByteBuffer first = direct(BYTES);
    private final ByteBuffer again = direct(BYTES);
    private final ByteBuffer record = direct(RECORD_BYTES);
    private long recordOffset;
    private @Nullable FileChannel file;

    /** Nothing has been opened yet. */
    public RegionCopy() {}

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Opens a file and reads its first bytes, as a region that ends there; it holds until the next file is opened.
     *
     * @param fileBytes how long the file is
     * @throws RegionFormatException if it is something else
     */
    public MappedRegion open(Path path, RegionFormat format, long fileBytes) throws IOException {
        close();
        file = FileChannel.open(path, READ);
        recordOffset = -1;
        read(first, 0);
        RegionHeader.check(path, first, format, fileBytes);
        return new MappedRegion(path, first, fileBytes);
    }

    private void read(ByteBuffer target, long offset) throws IOException {
        FileChannel open = Objects.requireNonNull(file, "nothing is open");
        target.clear();
        while (target.hasRemaining() && open.read(target, offset + target.position()) > 0) {}
        target.flip();
    }

    /** The word of 8 bytes at an offset that is a multiple of 8, anywhere in the file. */
    public long getLong(long offset) throws IOException {
        return record(offset).getLong((int) (offset % RECORD_BYTES));
    }

    /** The word of 4 bytes at an offset that is a multiple of 4, anywhere in the file. */
    public int getInt(long offset) throws IOException {
        return record(offset).getInt((int) (offset % RECORD_BYTES));
    }

    private ByteBuffer record(long offset) throws IOException {
        long begin = offset - offset % RECORD_BYTES;
        if (begin != recordOffset) {
            read(record, begin);
            recordOffset = begin;
        }
        return record;
    }

    /** Whether nobody has changed the first bytes, from an offset on, since they were read. */
    public boolean isStill(int from) throws IOException {
        int length = first.limit() - from;
        read(again, from);
        return again.limit() >= length && again.slice(0, length).equals(first.slice(from, length));
    }

    @Override
    public void close() throws IOException {
        FileChannel open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }
}
