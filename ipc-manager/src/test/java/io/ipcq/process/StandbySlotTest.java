// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both ends of a slot in one process. */
class StandbySlotTest {

    /** As the class under test says. */
    private static final int TASK_OFFSET = 4096;

    private Path file;
    private StandbySlot parent;
    private StandbySlot waiting;

    @BeforeEach
    void openBothEnds() throws Exception {
        file = TaskPaths.next(StandbySlot.SUFFIX);
        parent = StandbySlot.create(file, Duration.ofMillis(1), Work.class.getName());
        waiting = StandbySlot.open(file);
    }

    @AfterEach
    void deleteFiles() throws Exception {
        TaskPaths.delete(file);
        TaskPaths.delete(parent.taskFile());
    }

    @Test
    void shouldHandOverTaskAndWipeIt() throws Exception {
        byte[] task = encode("a secret");
        assertThat(parent.give(task)).as("before it waits").isFalse();
        waiting.announce();
        assertThat(parent.isWaiting()).isTrue();

        assertThat(parent.give(task)).isTrue();
        assertThat(content()).contains("a secret");
        assertThat(waiting.await()).isTrue();

        assertThat(waiting.takeTask()).isEqualTo(task);
        assertThat(content()).doesNotContain("a secret");
        assertThat(waiting.code()).isEqualTo(Work.class.getName());
        assertThat(parent.give(task)).as("a second time").isFalse();
    }

    @Test
    void shouldPutLargeTaskIntoFile() throws Exception {
        String large = "x".repeat(StandbySlot.MAX_TASK_BYTES);
        assertThat(TaskFile.encode(task(large), StandbySlot.MAX_TASK_BYTES, parent.taskFile()))
                .isNull();
        assertThat(parent.taskFile()).content(ISO_8859_1).contains(large);
        waiting.announce();

        assertThat(parent.give(null)).isTrue();

        assertThat(waiting.await()).isTrue();
        assertThat(waiting.takeTask()).isNull();
        assertThat(waiting.taskFile()).isEqualTo(parent.taskFile());
    }

    @Test
    void shouldLeaveNoFileWhenTaskCannotTravel() {
        Object[] opaque = {"x".repeat(StandbySlot.MAX_TASK_BYTES), new Object()};

        assertThatThrownBy(() -> TaskFile.encode(task(opaque), 100, parent.taskFile()))
                .isInstanceOf(CannotTravelException.class);

        assertThat(parent.taskFile()).doesNotExist();
    }

    @Test
    void shouldEndWaitingWhenTimeIsOverOrTaskIsWithdrawn() throws Exception {
        waiting.announce();
        assertThat(waiting.await()).isFalse();
        assertThat(parent.give(encode("late"))).isFalse();

        waiting.reset();
        waiting.announce();
        parent.withdraw();
        assertThat(waiting.await()).isFalse();
    }

    @Test
    void shouldRefuseDamagedTask() throws Exception {
        waiting.announce();
        parent.give(encode("text"));
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek(TASK_OFFSET);
            damaged.writeInt(-2);
        }

        assertThatThrownBy(waiting::takeTask)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a task is damaged")
                .hasMessageContaining(file.toString());
    }

    private static Task task(Object argument) {
        return new ChildProcess(a -> {}, argument).task();
    }

    private byte[] encode(String argument) throws IOException {
        return Objects.requireNonNull(TaskFile.encode(task(argument), StandbySlot.MAX_TASK_BYTES, parent.taskFile()));
    }

    private String content() throws IOException {
        return Files.readString(file, ISO_8859_1);
    }
}
