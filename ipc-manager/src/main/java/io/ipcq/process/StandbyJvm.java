// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JVM that waits for its task, as its parent sees it. */
final class StandbyJvm {

    private final Process process;
    private final StandbySlot slot;

    /** The child that has this JVM; null as long as this JVM waits. Guarded by this. */
    private @Nullable Runnable whenEnded;

    private boolean ended; // guarded by this

    private StandbyJvm(Process process, StandbySlot slot) {
        this.process = process;
        this.slot = slot;
    }

    static StandbyJvm start(Launch launch, Duration idle, String code, Consumer<StandbyJvm> ended) throws IOException {
        StandbySlot slot = StandbySlot.create(TaskPaths.next(StandbySlot.SUFFIX), idle, code);
        try {
            StandbyJvm jvm = new StandbyJvm(JvmLauncher.launch(launch, slot.file()), slot);
            ExitWatch.start(jvm.process, "standby", () -> {
                slot.delete();
                ended.accept(jvm);
                jvm.ended();
            });
            return jvm;
        } catch (Throwable failed) {
            slot.delete();
            throw failed;
        }
    }

    private void ended() {
        Runnable told;
        synchronized (this) {
            ended = true;
            told = whenEnded;
        }
        if (told != null) {
            told.run();
        }
    }

    /**
     * Has {@code told} run once this JVM has ended, and repeated if it fails. The thread that already watches this JVM
     * does it: to start another one would take the processor from the child that was just given its task.
     */
    void whenEnded(Runnable told) {
        synchronized (this) {
            if (!ended) {
                whenEnded = told;
                return;
            }
        }
        ExitWatch.start(process, "ended", told);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isWaiting() {
        return process.isAlive() && slot.isWaiting();
    }

    void awaitWaiting(long deadlineNanos) throws InterruptedException {
        slot.awaitWaiting(process, deadlineNanos);
    }

    Process process() {
        return process;
    }

    /** The file of its task, if the task is large. Otherwise the file does not exist. */
    Path taskFile() {
        return slot.taskFile();
    }

    /**
     * Hands the task over; false if this JVM cannot take it.
     *
     * @throws CannotTravelException if the task cannot be sent; this JVM still waits then
     */
    boolean give(Task task) throws IOException {
        byte @Nullable [] bytes;
        try {
            bytes = TaskFile.encode(task, StandbySlot.MAX_TASK_BYTES, slot.taskFile());
        } catch (NoSuchFileException tidiedUp) {
            return false; // the directory was removed, so a large task cannot be handed over there
        }
        boolean given = slot.give(bytes);
        if (!given && bytes == null) {
            TaskPaths.deleteQuietly(slot.taskFile());
        }
        return given;
    }

    /** Ends this JVM, which has no task. */
    void end() {
        slot.withdraw();
        process.destroyForcibly();
    }
}
