// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Flight Recorder hears of pools: of crashes in the parent, of tasks in the workers. */
class PoolEventsIT {

    /** How often a worker crashed in this JVM. */
    private static final AtomicInteger CRASHES = new AtomicInteger();

    @TempDir
    Path directory;

    private static int halt(int code) {
        Runtime.getRuntime().halt(code);
        return code;
    }

    private static List<RecordedEvent> read(Path file, String name) throws IOException {
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    @Test
    void shouldRecordCrashOfWorker() throws Exception {
        try (Recording recording = new Recording();
                ProcessPool pool = ProcessPool.builder().name("work").workers(1).create()) {
            recording.start();
            // JDK 17 keeps a text apart that comes a second time, and loses it now and then: this one has another
            // number each time
            for (int i = CRASHES.getAndIncrement(); i > 0; i--) {
                pool.apply(Math::abs, -i);
            }
            assertThatThrownBy(() -> pool.apply(PoolEventsIT::halt, 3)).isInstanceOf(WorkerCrashedException.class);
            Path file = directory.resolve("parent.jfr");
            recording.dump(file);
            assertThat(read(file, "io.ipcq.WorkerCrash")).singleElement().satisfies(event -> {
                assertThat(event.getString("pool")).isEqualTo("work");
                assertThat(event.getString("worker")).isEqualTo("work-worker-1");
                assertThat(event.getLong("pid")).isPositive();
                assertThat(event.getString("exit")).contains("3");
                assertThat(event.getString("task")).contains("halt");
            });
        }
    }

    /** As docs/operations.md says: each worker records into a file of its own. */
    @Test
    void shouldRecordTasksInWorkers() throws Exception {
        Path file = directory.resolve("worker.jfr");
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .jvmOptions("-XX:StartFlightRecording:filename=" + file, "-Xlog:jfr*=off")
                .create()) {
            int seven = pool.apply(Math::abs, -7);
            int eight = pool.apply(Math::abs, -8);
            assertThat(seven + eight).isEqualTo(15);
        }
        assertThat(read(file, "io.ipcq.Task")).hasSize(2).allSatisfy(event -> {
            assertThat(event.getString("worker")).contains("-worker-1");
            assertThat(event.getString("function")).startsWith(PoolEventsIT.class.getName());
        });
    }
}
