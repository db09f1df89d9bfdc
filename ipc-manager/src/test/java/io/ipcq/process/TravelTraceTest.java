// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TravelTraceTest {

    /** Not serializable, as most classes with a main method are. */
    private final String greeting = "hello";

    static final class Connection {}

    static final class Job implements Serializable {
        final Connection connection = new Connection();
    }

    static final class Deep implements Serializable {
        final Serializable next;

        Deep(Serializable next) {
            this.next = next;
        }
    }

    static final class Task extends ChildProcess {
        private final List<Object> jobs = List.of(Map.of("key", new Job()));

        @Override
        public void run() {
            jobs.clear();
        }
    }

    static final class Broken implements Serializable {
        private void writeObject(java.io.ObjectOutputStream out) throws IOException {
            throw new IllegalStateException("half a job");
        }
    }

    @Test
    void shouldNamePathFromLambdaToCulprit() throws Exception {
        Job job = new Job();

        assertRefused(new ChildProcess(() -> assertThat(job).isNotNull()))
                .hasMessageContaining("function -> captured argument 0 (" + Job.class.getName() + ").connection ("
                        + Connection.class.getName() + ") is not Serializable")
                .hasCauseInstanceOf(NotSerializableException.class);
    }

    @Test
    void shouldSayThatLambdaTakesItsObjectAlong() throws Exception {
        assertRefused(new ChildProcess(() -> assertThat(greeting).isNotNull()))
                .hasMessageContaining(
                        "function -> captured argument 0 (" + TravelTraceTest.class.getName() + ") is not Serializable")
                .hasMessageContaining("because it uses a field or an instance method of it")
                .hasMessageContaining("local variables");
    }

    @Test
    void shouldNamePathFromArgumentThroughArray() throws Exception {
        assertRefused(new ChildProcess((a, b) -> {}, "fine", new Object[] {"fine", new Job()}))
                .hasMessageContaining("argument 2 ([Ljava.lang.Object;)[1] (" + Job.class.getName() + ").connection (");
    }

    @Test
    void shouldAdviseOnClassesThatNobodyCanChange() throws Exception {
        Path path = Path.of("letters");

        assertRefused(new ChildProcess(() -> assertThat(path).isNotNull()))
                .hasMessageContaining("Send its toString(), and make the Path in the child");
        assertRefused(new ChildProcess(a -> {}, new Object[] {new Object()}))
                .hasMessageContaining("[0] (java.lang.Object) is not Serializable. Send what it is made from");
    }

    @Test
    void shouldNamePathFromSubclassThroughCollections() throws Exception {
        assertRefused(new Task())
                .hasMessageContaining("Task (" + Task.class.getName() + ").jobs (")
                .hasMessageContaining(")[0] (")
                .hasMessageContaining(")[key] (" + Job.class.getName() + ").connection (");
    }

    @Test
    void shouldSayWhatElseKeepsTaskFromTravelling() throws Exception {
        assertRefused(new ChildProcess(a -> {}, new Broken())).hasMessageContaining("half a job");
        Serializable chain = "end";
        for (int i = 0; i < 100_000; i++) {
            chain = new Deep(chain);
        }
        assertRefused(new ChildProcess(a -> {}, chain)).hasMessageContaining("nested too deeply");
    }

    @Test
    void shouldLeaveChildStartableAndNoFileBehind() throws Exception {
        List<Object> argument = new ArrayList<>(List.of(new Connection()));
        ChildProcess child = new ChildProcess(a -> {}, argument);

        assertRefused(child);

        assertThat(child.exitDescription()).isEqualTo("not started");
        assertThat(ChildProcess.activeChildren()).isEmpty();
        try (var files = Files.list(RunDirectory.current())) {
            assertThat(files).hasSize(1);
        }
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(ChildProcess child) {
        return assertThatThrownBy(child::start)
                .isInstanceOf(CannotTravelException.class)
                .hasMessageContaining(child.name());
    }
}
