// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static io.ipcq.process.StandbyLayout.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.WaitStrategy;
import io.ipcq.memory.Waiter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A file in the parent's run directory through which the parent gives a task to a waiting JVM. */
final class StandbySlot {
    /*
     * The state: STARTING -> WAITING -> GIVEN | OVER;  STARTING -> OVER
     *
     * The task is complete before the state says GIVEN. One compare-and-set decides between the parent that gives a
     * task and the JVM that has waited long enough. The JVM wipes the task when it has read it, as it would delete a
     * task's file.
     *
     * Crash. If one side dies, the other learns this from the kernel and not from the slot: the child by the lock, the
     * parent by the end of the process.
     */

    static final String SUFFIX = ".standby";

    private static final int IN_FILE = -1;

    /** Larger tasks are handed over in a file. */
    static final int MAX_TASK_BYTES = REGION_BYTES - TASK;

    private static final int STARTING = 0;
    private static final int WAITING = 1;
    private static final int GIVEN = 2;
    private static final int OVER = 3;

    private final Path file;

    /** For a task that is too large for this slot. Made in advance, because a start must be quick. */
    private final Path taskFile;

    private final MappedRegion region;
    private final Waiter task;
    private final Waiter ready;

    private StandbySlot(Path file, MappedRegion region) {
        this.file = file;
        this.taskFile = taskFile(file);
        this.region = region;
        this.task = new Waiter(region, TASK_WAITER, WaitStrategy.blocking());
        this.ready = new Waiter(region, READY_WAITER, WaitStrategy.blocking());
    }

    /** @param code the class that the task will probably come from */
    static StandbySlot create(Path file, Duration idle, String code) throws IOException {
        byte[] name = code.getBytes(UTF_8);
        int bytes = name.length <= TASK_BYTES - CODE ? name.length : 0;
        return new StandbySlot(file, MappedRegion.create(file, FORMAT, REGION_BYTES, region -> {
            region.putLong(IDLE_NANOS, idle.toNanos());
            region.putInt(CODE_BYTES, bytes);
            region.putBytes(CODE, name, 0, bytes);
            touch(region);
        }));
    }

    static StandbySlot open(Path file) throws IOException {
        return new StandbySlot(file, MappedRegion.open(file, FORMAT));
    }

    /** Maps the pages of the task in advance: the first write to a page of a file takes up to 200 us. */
    private static void touch(MappedRegion region) {
        for (int page = TASK_BYTES; page < REGION_BYTES; page += PAGE_BYTES) {
            region.putInt(page, 0);
        }
    }

    static boolean isSlot(Path file) {
        return file.toString().endsWith(SUFFIX);
    }

    Path file() {
        return file;
    }

    /** The class that the task will probably come from. */
    String code() {
        byte[] name = new byte[Math.max(0, Math.min(region.getInt(CODE_BYTES), TASK_BYTES - CODE))];
        region.getBytes(CODE, name, 0, name.length);
        return new String(name, UTF_8);
    }

    /** The file for a task that is too large for this slot. */
    Path taskFile() {
        return taskFile;
    }

    private static Path taskFile(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + RunDirectory.TASK);
    }

    /** For the JVM: says that it waits and may be given a task. */
    void announce() {
        touch(region);
        region.compareAndSetInt(STATE, STARTING, WAITING);
        ready.signal();
    }

    /** For the JVM that has announced itself: waits for a task. False if none has come for too long. */
    boolean await() throws InterruptedException {
        long deadline = System.nanoTime() + region.getLong(IDLE_NANOS);
        boolean decided = task.await(new Decided(), deadline);
        if (!decided && region.compareAndSetInt(STATE, WAITING, OVER)) {
            return false;
        }
        return region.getIntVolatile(STATE) == GIVEN;
    }

    /**
     * For the JVM that was given a task: its bytes, which are wiped here; null if they are in the file.
     *
     * @throws IOException if the slot is damaged
     */
    byte @Nullable [] takeTask() throws IOException {
        int length = region.getInt(TASK_BYTES);
        if (length == IN_FILE) {
            return null;
        }
        if (length < 0 || length > MAX_TASK_BYTES) {
            throw new IOException("a task is damaged: length=" + length + ", file=" + file);
        }
        byte[] bytes = new byte[length];
        region.getBytes(TASK, bytes, 0, length);
        region.putBytes(TASK, new byte[length], 0, length);
        return bytes;
    }

    /**
     * For the parent: gives a task. False if the JVM does not wait yet, or does not wait any more.
     *
     * @param bytes null if they are in the file
     */
    boolean give(byte @Nullable [] bytes) {
        region.putInt(TASK_BYTES, bytes == null ? IN_FILE : bytes.length);
        if (bytes != null) {
            region.putBytes(TASK, bytes, 0, bytes.length);
        }
        boolean given = region.compareAndSetInt(STATE, WAITING, GIVEN);
        if (given) {
            task.signalFenced();
        }
        return given;
    }

    /** For the parent: there will be no task. */
    void withdraw() {
        if (region.compareAndSetInt(STATE, WAITING, OVER) || region.compareAndSetInt(STATE, STARTING, OVER)) {
            task.signalFenced();
        }
    }

    /** For a rehearsal: resets the slot to its initial state. */
    void reset() {
        region.putIntVolatile(STATE, STARTING);
    }

    /** For the parent: deletes the slot, which nobody needs any more. */
    void delete() {
        TaskPaths.deleteQuietly(file);
        region.release(region.sizeBytes());
    }

    boolean isWaiting() {
        return region.getIntVolatile(STATE) == WAITING;
    }

    /** For the parent: waits until the JVM is ready for a task, or dead. */
    void awaitWaiting(Process jvm, long deadlineNanos) throws InterruptedException {
        ready.await(() -> region.getIntVolatile(STATE) != STARTING || !jvm.isAlive(), deadlineNanos);
    }

    /** No lambda, because the JVM would make its first one after the task was given, when it has to be quick. */
    private final class Decided implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            int state = region.getIntVolatile(STATE);
            return state == GIVEN || state == OVER;
        }
    }
}
