// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file mapped into the memory of every process that opens it: words with memory modes, and bytes.
 *
 * <p>Words are little-endian and atomic at offsets that are multiples of their size; an offset outside the region, or
 * not aligned, throws and touches nothing. A file starts with a {@linkplain RegionFormat header} of
 * {@value #HEADER_BYTES} bytes; the words of its user come after it.
 *
 * <p>There is no {@code close}: the region is unmapped when the garbage collector finds it unreachable. Unmapping it
 * explicitly would take the memory away from a thread that accesses a word or sleeps on one, and that ends the JVM, not
 * the thread. So a region may be used for as long as there is a reference to it.
 *
 * <p>Thread-safe as far as the mode of an access says. Process-safe in the same way: a release store in one process
 * happens before the acquire load in another that sees it. Survives a crash: the content survives the death of every
 * process. A crash of the machine it survives only as far as {@link #force} went.
 */
public final class MappedRegion {

    /** Where the words of the user begin. */
    public static final int HEADER_BYTES = RegionHeader.BYTES;

    /*
     * An atomic update looks at its word first, and then makes an array. A load from a file that was cut short ends in
     * an InternalError, but not at once, and the interpreter's atomic updates end the JVM. The interpreter looks for
     * such errors whenever it makes an array. Compiled code, in which an atomic update may fault as well, leaves the
     * array out; so it has to stand in the very method, which is compiled or interpreted as a whole.
     */

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @SuppressWarnings("FieldMayBeFinal") // or the compiler would know it
    private static volatile int one = 1;

    @SuppressWarnings("unused") // or the compiler could leave out what is assigned
    private static byte @Nullable [][] made;

    private final Path file;
    private final @Nullable Object key;
    private final @Nullable MappedByteBuffer mapping;
    private final ByteBuffer bytes; // the mapping; a VarHandle wants this very static type
    private final long sizeBytes;
    private long address; // 0 until asked for; every thread finds the same

    MappedRegion(Path file, Object key, MappedByteBuffer mapping) {
        this.file = file;
        this.key = key;
        this.mapping = mapping;
        this.bytes = mapping;
        this.sizeBytes = mapping.capacity();
    }

    /** The first bytes of a file, as they were read and not mapped, to be looked at: there is no more of it. */
    MappedRegion(Path file, ByteBuffer copy, long fileBytes) {
        this.file = file;
        this.key = null;
        this.mapping = null;
        this.bytes = copy;
        this.sizeBytes = fileBytes;
    }

    /**
     * Creates a file that must not exist, and shows it to others only when it is complete.
     *
     * <p>Every block is allocated, so that a full disk is an {@link IOException} here and not a fault at some later
     * store.
     *
     * @param sizeBytes of the file, header included; less than 2 GiB
     * @param initialise writes the first content, which is zero otherwise
     * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
     */
    public static MappedRegion create(Path file, RegionFormat format, long sizeBytes, Consumer<MappedRegion> initialise)
            throws IOException {
        return RegionFiles.create(file, format, sizeBytes, initialise);
    }

    /**
     * Creates a file like {@link #create}, but allocates only its first bytes; what comes after them must not be
     * touched before {@link #allocate} has returned for it.
     *
     * @param allocatedBytes of the file, header included, to allocate now
     */
    public static MappedRegion createSparse(
            Path file, RegionFormat format, long sizeBytes, long allocatedBytes, Consumer<MappedRegion> initialise)
            throws IOException {
        return RegionFiles.create(file, format, sizeBytes, allocatedBytes, initialise);
    }

    /**
     * Maps a file that {@link #create} made.
     *
     * @throws RegionFormatException if it is something else, damaged, of another version, or not this user's alone; the
     *     message names the file, the offset, what was expected and what was found
     */
    public static MappedRegion open(Path file, RegionFormat format) throws IOException {
        return RegionFiles.open(RegionFiles.directoryOf(file), file, format);
    }

    /** Maps a file of that name in a directory that is held. */
    public static MappedRegion open(DirectoryHandle directory, String name, RegionFormat format) throws IOException {
        return RegionFiles.open(directory, directory.path().resolve(name), format);
    }

    /**
     * Maps a file of that name to be looked at: whoever stores to a word gets a
     * {@link java.nio.ReadOnlyBufferException}.
     */
    public static MappedRegion openReadOnly(DirectoryHandle directory, String name, RegionFormat format)
            throws IOException {
        return RegionFiles.openReadOnly(directory, directory.path().resolve(name), format);
    }

    /** The path by which it was mapped; something else may have taken that since. */
    public Path file() {
        return file;
    }

    /** Whether that name in a directory is the file that is mapped here, and not one that has taken its place. */
    public boolean isMappedFrom(DirectoryHandle directory, String name) throws IOException {
        return directory.has(name) && directory.key(name).equals(key);
    }

    /** Size of the file, header included. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** The word of 4 bytes at an offset, read plain. */
    public int getInt(long offset) {
        return (int) INT.get(bytes, index(offset));
    }

    /** The same, read with acquire: what was written before the release whose value it sees is seen, too. */
    public int getIntAcquire(long offset) {
        return (int) INT.getAcquire(bytes, index(offset));
    }

    /** The same, read as a volatile. */
    public int getIntVolatile(long offset) {
        return (int) INT.getVolatile(bytes, index(offset));
    }

    /** Writes the word of 4 bytes at an offset, plain. */
    public void putInt(long offset, int value) {
        INT.set(bytes, index(offset), value);
    }

    /** The same, written with release: who sees the value with acquire sees what was written before. */
    public void putIntRelease(long offset, int value) {
        INT.setRelease(bytes, index(offset), value);
    }

    /** The same, written as a volatile. */
    public void putIntVolatile(long offset, int value) {
        INT.setVolatile(bytes, index(offset), value);
    }

    /** Writes the word if it is what was expected, as a volatile; says whether it was. */
    @SuppressWarnings("UnusedVariable")
    public boolean compareAndSetInt(long offset, int expected, int value) {
        int index = index(offset);
        if ((int) INT.getVolatile(bytes, index) != expected) {
            return false;
        }
        byte[] unused = new byte[0]; // surfaces a fault of the load
        return INT.compareAndSet(bytes, index, expected, value);
    }

    /** Adds to the word, as a volatile, and returns what it was. */
    @SuppressWarnings("UnusedVariable")
    public int getAndAddInt(long offset, int delta) {
        int index = index(offset);
        INT.getVolatile(bytes, index);
        byte[] unused = new byte[0]; // surfaces a fault of the load
        return (int) INT.getAndAdd(bytes, index, delta);
    }

    /** The word of 8 bytes at an offset, read plain. */
    public long getLong(long offset) {
        return (long) LONG.get(bytes, index(offset));
    }

    /** The same, read with acquire: what was written before the release whose value it sees is seen, too. */
    public long getLongAcquire(long offset) {
        return (long) LONG.getAcquire(bytes, index(offset));
    }

    /** The same, read as a volatile. */
    public long getLongVolatile(long offset) {
        return (long) LONG.getVolatile(bytes, index(offset));
    }

    /** Writes the word of 8 bytes at an offset, plain. */
    public void putLong(long offset, long value) {
        LONG.set(bytes, index(offset), value);
    }

    /** The same, written with release: who sees the value with acquire sees what was written before. */
    public void putLongRelease(long offset, long value) {
        LONG.setRelease(bytes, index(offset), value);
    }

    /** The same, written as a volatile. */
    public void putLongVolatile(long offset, long value) {
        LONG.setVolatile(bytes, index(offset), value);
    }

    /** Writes the word if it is what was expected, as a volatile; says whether it was. */
    @SuppressWarnings("UnusedVariable")
    public boolean compareAndSetLong(long offset, long expected, long value) {
        int index = index(offset);
        if ((long) LONG.getVolatile(bytes, index) != expected) {
            return false;
        }
        byte[] unused = new byte[0]; // surfaces a fault of the load
        return LONG.compareAndSet(bytes, index, expected, value);
    }

    /** Adds to the word, as a volatile, and returns what it was. */
    @SuppressWarnings("UnusedVariable")
    public long getAndAddLong(long offset, long delta) {
        int index = index(offset);
        LONG.getVolatile(bytes, index);
        byte[] unused = new byte[0]; // surfaces a fault of the load
        return (long) LONG.getAndAdd(bytes, index, delta);
    }

    /** Copies bytes out of the region, in no particular order and with no barrier. */
    public void getBytes(long offset, byte[] target, int from, int length) {
        bytes.get(index(offset), target, from, length);
    }

    /** Copies bytes into the region, in no particular order and with no barrier. */
    public void putBytes(long offset, byte[] source, int from, int length) {
        bytes.put(index(offset), source, from, length);
    }

    /**
     * Allocates the blocks from one offset to another by writing zeros over them. The file is found by its name; one
     * that has taken its place meanwhile is left alone.
     *
     * @param identityOffset of a long that no other file has in that place
     * @throws IOException if there is no space, or the file is no longer there; part of the zeros may have been written
     */
    public void allocate(long from, long to, long identityOffset) throws IOException {
        RegionFiles.allocate(this, from, to, identityOffset);
    }

    /** Writes what has changed to the storage device, and returns when it is there. */
    public void force() {
        Objects.requireNonNull(mapping).force();
    }

    /** For a system call on a word; valid while this region is reachable. */
    long address() {
        if (address == 0) {
            address = Kernel.addressOf(Objects.requireNonNull(mapping));
        }
        return address;
    }

    /**
     * Throws the fault of an earlier access of this thread, if the file was cut short; costs some 100 ns.
     * Compiled code goes on with whatever it has read, until it next calls into the JVM's runtime. It does so here,
     * because only the runtime makes arrays of arrays whose sizes the compiler does not know. A call of a native method
     * would not do.
     *
     * @throws InternalError as the JVM does
     */
    public static void surfaceFaults() {
        int size = one;
        made = new byte[size][size];
    }

    /**
     * Says that nobody will use the region any more. It is unmapped when the garbage collector finds it unreachable.
     * Until then it holds the space of its file, even of a removed one. When space runs out, or a thousand regions or
     * 256 MiB wait to be unmapped, the collector is asked to run.
     *
     * @param bytes the approximate space
     */
    public void release(long bytes) {
        RegionFiles.released(this, bytes);
    }

    private static int index(long offset) {
        int index = (int) offset;
        if (index != offset) {
            throw new IndexOutOfBoundsException("offset is beyond any region: offset=" + offset);
        }
        return index;
    }

    @Override
    public String toString() {
        return "MappedRegion[" + file + ", " + sizeBytes() + " bytes]";
    }
}
