// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.JournalLayout.*;

import io.ipcq.memory.Deadline;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The shared words of a durable queue, by name and memory mode. Holds no decision; {@link JournalLayout} says where
 * they are.
 */
final class JournalControl extends QueueControl {

    /*
     * The options that can be altered are there twice, and the count of alterations says which copy holds: the other
     * one is written, then the count is raised. So a death in between alters nothing, and each word that is read is one
     * that held at some time. To read several that belong together, see that the count has not changed meanwhile, or
     * hold one of the two mutexes: an alteration holds both.
     */

    private static final int ALLOCATED_IN_ADVANCE_BYTES = 4 << 20;

    private final long segmentBytes;
    private final int maxElementBytes;
    private final int maxLeases;

    private JournalControl(MappedRegion region) {
        super(region, STATE, fixed(region), times(region));
        this.segmentBytes = region.getLong(SEGMENT_BYTES);
        this.maxElementBytes = (int) region.getLong(MAX_ELEMENT_BYTES);
        this.maxLeases = region.getInt(MAX_LEASES);
    }

    /** Creates the file; {@code initialise} runs before any other process can see it. */
    static JournalControl create(
            Path file, DurableQueueOptions options, String codecId, boolean anonymous, Consumer<QueueState> initialise)
            throws IOException {
        return new JournalControl(MappedRegion.create(file, FORMAT, sizeBytes(options.maxLeases()), region -> {
            writeOptions(region, options, codecId, anonymous);
            initialise.accept(new QueueState(region, STATE));
        }));
    }

    /** Checks a file of this format. */
    static JournalControl of(MappedRegion region) throws RegionFormatException {
        if (region.sizeBytes() < LEASES || !fixed(region).isIntact()) {
            throw damaged(region, OPTIONS, null);
        }
        JournalControl control = new JournalControl(region);
        control.requirePlausibleOptions();
        control.requirePlausible();
        return control;
    }

    private static RegionFormatException damaged(
            MappedRegion region, int offset, @Nullable IllegalArgumentException cause) {
        return damaged(region, "the options are damaged: offset=" + offset, cause);
    }

    private void requirePlausibleOptions() throws RegionFormatException {
        try {
            boolean intact = unaltered(
                    settings -> settingsChecksum(region, settings) == region.getInt(settings + SETTING_CHECKSUM));
            if (!intact) {
                throw damaged(region, SETTINGS, null);
            }
            options();
        } catch (IllegalArgumentException e) {
            throw damaged(region, OPTIONS, e);
        }
    }

    private void requirePlausible() throws RegionFormatException {
        long taken = takenVolatile();
        long appended = appendedVolatile();
        if (region.sizeBytes() != sizeBytes(maxLeases)
                || taken < 0
                || appended < 0
                || segmentVolatile() < 1
                || !isFillOfSegment(allocatedBytes())
                || !isFillOfSegment(segmentUsedBytes())
                || segmentDocuments() < 0
                || region.getIntVolatile(NEXT_MEMBER) < 0) {
            throw damaged(
                    region,
                    "its words contradict each other: offset=" + STATE + ", appended=" + appended + ", taken=" + taken
                            + ", segment=" + segmentVolatile(),
                    null);
        }
    }

    /** Whether a segment may be so long: it ends with the document that fills it, and space is allocated in advance. */
    private boolean isFillOfSegment(long bytes) {
        return bytes >= 0 && bytes <= segmentBytes + maxDocumentBytes() + ALLOCATED_IN_ADVANCE_BYTES;
    }

    private static void writeOptions(
            MappedRegion region, DurableQueueOptions options, String codecId, boolean anonymous) {
        FixedOptions fixed = fixed(region);
        fixed.write(codecId, anonymous, 0, RandomNames.nextLong());
        region.putLong(SEGMENT_BYTES, options.segmentBytes());
        region.putLong(MAX_ELEMENT_BYTES, options.maxElementBytes());
        region.putInt(MAX_LEASES, options.maxLeases());
        fixed.seal();
        writeSettings(region, settings(0), options);
        region.putInt(SEGMENT, 1);
        region.putLong(NEXT_DUE_NANOS, Long.MAX_VALUE);
        times(region).noteCreation();
    }

    private static UseTimes times(MappedRegion region) {
        return new UseTimes(region, CREATED, LAST_PUT, LAST_TAKE, PUT_TIMES);
    }

    private static FixedOptions fixed(MappedRegion region) {
        return new FixedOptions(region, OPTIONS, OPTION_FLAGS, ID, OPTIONS_END);
    }

    long segmentBytes() {
        return segmentBytes;
    }

    long maxDocumentBytes() {
        return (long) maxElementBytes + JournalDocument.HEADER_BYTES + JournalDocument.ELEMENT_HEADER_BYTES;
    }

    int maxElementBytes() {
        return maxElementBytes;
    }

    int maxLeases() {
        return maxLeases;
    }

    // ---- options that can be altered --------------------------------------------------------------------------------

    private static int settings(int alterations) {
        return SETTINGS + (alterations & 1) * SETTING_BYTES;
    }

    /** Where the copy stands that holds. */
    private int settings() {
        return settings(region.getInt(ALTERATIONS));
    }

    long maxSize() {
        return region.getLong(settings() + SETTING_MAX_SIZE);
    }

    long leaseTimeoutNanos() {
        return region.getLong(settings() + SETTING_LEASE_TIMEOUT_NANOS);
    }

    int maxAttempts() {
        return region.getInt(settings() + SETTING_MAX_ATTEMPTS);
    }

    int retainedSegments() {
        return region.getInt(settings() + SETTING_RETAINED_SEGMENTS);
    }

    boolean sync() {
        return region.getInt(settings() + SETTING_SYNC) != 0;
    }

    /** All options, as they were at one instant. */
    DurableQueueOptions options() {
        return unaltered(settings -> {
            long lease = region.getLong(settings + SETTING_LEASE_TIMEOUT_NANOS);
            return new DurableQueueOptions(
                    region.getLong(settings + SETTING_MAX_SIZE),
                    segmentBytes,
                    maxElementBytes,
                    lease == 0 ? null : Duration.ofNanos(lease),
                    Duration.ofNanos(region.getLong(settings + SETTING_REDELIVERY_DELAY_NANOS)),
                    region.getInt(settings + SETTING_MAX_ATTEMPTS),
                    maxLeases,
                    region.getInt(settings + SETTING_RETAINED_SEGMENTS),
                    region.getInt(settings + SETTING_SYNC) != 0);
        });
    }

    /** Reads the copy that holds, until nobody has altered it meanwhile. */
    private <T> T unaltered(IntFunction<T> read) {
        while (true) {
            int alterations = region.getIntVolatile(ALTERATIONS);
            T result = read.apply(settings(alterations));
            VarHandle.loadLoadFence();
            if (region.getIntVolatile(ALTERATIONS) == alterations) {
                return result;
            }
        }
    }

    /** Alters the options, under both mutexes, if they are still what they were; false if not. */
    boolean alter(DurableQueueOptions from, DurableQueueOptions to) {
        if (!options().equals(from)) {
            return false;
        }
        int alterations = region.getInt(ALTERATIONS) + 1;
        writeSettings(region, settings(alterations), to);
        region.force(); // or the count could be on the disk and the copy not
        region.putIntRelease(ALTERATIONS, alterations);
        return true;
    }

    private static void writeSettings(MappedRegion region, int settings, DurableQueueOptions options) {
        Duration lease = options.leaseTimeout();
        region.putLongRelease(settings + SETTING_MAX_SIZE, options.maxSize());
        region.putLongRelease(settings + SETTING_LEASE_TIMEOUT_NANOS, lease == null ? 0 : Deadline.nanos(lease));
        region.putLongRelease(settings + SETTING_REDELIVERY_DELAY_NANOS, Deadline.nanos(options.redeliveryDelay()));
        region.putIntRelease(settings + SETTING_MAX_ATTEMPTS, options.maxAttempts());
        region.putIntRelease(settings + SETTING_RETAINED_SEGMENTS, options.retainedSegments());
        region.putIntRelease(settings + SETTING_SYNC, options.sync() ? 1 : 0);
        region.putIntRelease(settings + SETTING_CHECKSUM, settingsChecksum(region, settings));
    }

    private static int settingsChecksum(MappedRegion region, int settings) {
        byte[] bytes = new byte[SETTING_CHECKSUM];
        region.getBytes(settings, bytes, 0, bytes.length);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    // ---- flags ------------------------------------------------------------------------------------------------------

    boolean shutdownVolatile() {
        return state().shutdownVolatile();
    }

    boolean deletedVolatile() {
        return state().deletedVolatile();
    }

    void setShutdown() {
        state().setShutdown();
    }

    void clearShutdown() {
        state().clearShutdown();
    }

    void setDeleted() {
        state().setDeleted();
    }

    /**
     * The greatest number of a member who knew the queue to be in order when it joined. So has been, ever since,
     * whoever is alive and has no greater number.
     */
    int attendedVolatile() {
        return region.getIntVolatile(ATTENDED);
    }

    void raiseAttended(int number) {
        int attended;
        do {
            attended = attendedVolatile();
        } while (attended < number && !region.compareAndSetInt(ATTENDED, attended, number));
    }

    // ---- producers' words -------------------------------------------------------------------------------------------

    long appendedVolatile() {
        return region.getLongVolatile(APPENDED);
    }

    void appendedRelease(long count) {
        region.putLongRelease(APPENDED, count);
    }

    long lastIndex() {
        return region.getLong(LAST_INDEX);
    }

    void lastIndex(long index) {
        region.putLongRelease(LAST_INDEX, index);
    }

    int segmentVolatile() {
        return region.getIntVolatile(SEGMENT);
    }

    /** Lets the next append begin a new segment. */
    void nextSegment() {
        // allocated last: in the other order a death in between would make a full segment look as if it had never been
        // begun
        region.putLongRelease(SEGMENT_USED_BYTES, 0);
        region.putIntRelease(SEGMENT_DOCUMENTS, 0);
        region.putIntRelease(SEGMENT, segmentVolatile() + 1);
        region.putLongRelease(ALLOCATED_BYTES, 0);
    }

    void segment(int number) {
        region.putLongRelease(ALLOCATED_BYTES, 0);
        region.putLongRelease(SEGMENT_USED_BYTES, 0);
        region.putIntRelease(SEGMENT_DOCUMENTS, 0);
        region.putIntRelease(SEGMENT, number);
    }

    int segmentDocuments() {
        return region.getInt(SEGMENT_DOCUMENTS);
    }

    void segmentDocuments(int count) {
        region.putIntRelease(SEGMENT_DOCUMENTS, count);
    }

    long segmentUsedBytes() {
        return region.getLong(SEGMENT_USED_BYTES);
    }

    void segmentUsedBytes(long bytes) {
        region.putLongRelease(SEGMENT_USED_BYTES, bytes);
    }

    long allocatedBytes() {
        return region.getLong(ALLOCATED_BYTES);
    }

    void allocatedBytes(long bytes) {
        region.putLongRelease(ALLOCATED_BYTES, bytes);
    }

    // ---- consumers' words -------------------------------------------------------------------------------------------

    /** The number of the first element that no consumer has claimed: raising it is the claim. */
    long takenVolatile() {
        return region.getLongVolatile(TAKEN);
    }

    void takenRelease(long count) {
        region.putLongRelease(TAKEN, count);
    }

    /** The index of a document at or before the one that holds element {@code taken}; 0 for the first there is. */
    long readIndex() {
        return region.getLongVolatile(READ_INDEX);
    }

    void readIndex(long index) {
        region.putLongRelease(READ_INDEX, index);
    }

    long acknowledgedVolatile() {
        return region.getLongVolatile(ACKNOWLEDGED);
    }

    void acknowledgedRelease(long count) {
        region.putLongRelease(ACKNOWLEDGED, count);
    }

    /** When the first of the returned elements may be delivered; {@link Long#MAX_VALUE} if there is none. */
    long nextDueNanos() {
        return region.getLongVolatile(NEXT_DUE_NANOS);
    }

    void nextDueNanos(long deadline) {
        region.putLongRelease(NEXT_DUE_NANOS, deadline);
    }

    /** Whether a returned element may be delivered now. */
    boolean hasDue() {
        return isDue(nextDueNanos());
    }

    /** Whether such a deadline has come; a plain comparison, for it may lie further back than a difference can say. */
    static boolean isDue(long deadline) {
        return deadline != Long.MAX_VALUE && System.nanoTime() >= deadline;
    }

    /** Whether there are elements that nobody has claimed. */
    boolean hasNew() {
        return takenVolatile() < appendedVolatile();
    }

    /** Whether an element is leased or waits to be buried: both are to be looked after now and then. */
    boolean hasOut() {
        return region.getLongVolatile(LEASED) != 0;
    }

    int leasedVolatile() {
        return region.getIntVolatile(LEASED);
    }

    void leasedRelease(int count) {
        region.putIntRelease(LEASED, count);
    }

    int unburiedVolatile() {
        return region.getIntVolatile(UNBURIED);
    }

    void unburiedRelease(int count) {
        region.putIntRelease(UNBURIED, count);
    }

    int returnedVolatile() {
        return region.getIntVolatile(RETURNED);
    }

    void returnedRelease(int count) {
        region.putIntRelease(RETURNED, count);
    }

    /** How many slots, from the first on, were ever used. */
    int usedSlots() {
        return region.getInt(USED_SLOTS);
    }

    void usedSlots(int count) {
        region.putIntRelease(USED_SLOTS, count);
    }

    /** How many of them are free. */
    int freedSlots() {
        return region.getInt(FREED_SLOTS);
    }

    void freedSlots(int count) {
        region.putIntRelease(FREED_SLOTS, count);
    }

    int occupiedSlots() {
        return usedSlots() - freedSlots();
    }

    // ---- derived ----------------------------------------------------------------------------------------------------

    /** The elements that consumers can take, as of one instant. */
    long size() {
        while (true) {
            long taken = takenVolatile();
            int returned = returnedVolatile();
            long appended = appendedVolatile();
            if (takenVolatile() == taken && returnedVolatile() == returned) {
                return Math.max(0, appended - taken) + returned;
            }
        }
    }

    /**
     * The number of an element before which nobody wants any, of those who put before it was asked for;
     * {@link UseTimes#NOWHERE} if some are out, or come back.
     */
    long lowestWanted() {
        long taken = takenVolatile();
        return hasOut() || returnedVolatile() != 0 ? UseTimes.NOWHERE : taken;
    }

    long unfinished() {
        long done = region.getLongVolatile(TASKS_DONE) + acknowledgedVolatile();
        return Math.max(0, appendedVolatile() - done);
    }

    /** Counts one task as done; false if there is none left. */
    boolean taskDone() {
        while (true) {
            long done = region.getLongVolatile(TASKS_DONE);
            if (done + acknowledgedVolatile() >= appendedVolatile()) {
                return false;
            }
            if (region.compareAndSetLong(TASKS_DONE, done, done + 1)) {
                return true;
            }
        }
    }
}
