// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.QueueWord;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each reason why a queue does not go on, made by processes that are there, and found from outside. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class QueueWhoIT {

    @TempDir
    Path parent;

    private SharedQueue<String> ring() throws Exception {
        return SharedQueue.create(parent.resolve("ring"), String.class);
    }

    private static TestJvm start(String action, SharedQueue<?> queue, Object... more) {
        return start(action, queue.directory(), more);
    }

    private static TestJvm start(String action, Path queue, Object... more) {
        String[] arguments = new String[2 + more.length];
        arguments[0] = action;
        arguments[1] = queue.toString();
        for (int i = 0; i < more.length; i++) {
            arguments[2 + i] = more[i].toString();
        }
        TestJvm user = TestJvm.start(QueueUser.class, arguments);
        user.awaitLine("ready");
        return user;
    }

    private static List<Map<String, Object>> who(SharedQueue<?> queue, Object... more) {
        Object[] words = new Object[6 + more.length];
        System.arraycopy(new Object[] {"queue", "who", queue.directory(), "--json", "--watch", "0.1"}, 0, words, 0, 6);
        System.arraycopy(more, 0, words, 6, more.length);
        return CommandRun.here(words).objects();
    }

    /** Looks until a process has begun to wait, and is seen to: between two naps it is on its way to the next one. */
    private static List<Map<String, Object>> awaitStall(Path queue, Kind kind, long pid) {
        return await().until(
                        () -> CommandRun.here("queue", "who", queue, "--json", "--watch", "0.1")
                                .objects(),
                        objects -> objects.stream()
                                .anyMatch(object -> kind.toString().equals(object.get("stall"))
                                        && object.get("sentence").toString().contains("pid " + pid)));
    }

    /** The live view has the same rules, and sees less: two moments. */
    private static void awaitInTop(Path queue, Kind kind) {
        await().untilAsserted(() -> assertThat(CommandRun.here("top", queue, "--json", "--interval", "0.2")
                        .endsWith(0)
                        .objects()
                        .get(0)
                        .get("stalls")
                        .toString())
                .contains("stall=" + kind + ","));
    }

    private static String sentence(List<Map<String, Object>> objects, Kind kind) {
        return objects.stream()
                .filter(object -> kind.toString().equals(object.get("stall")))
                .map(object -> object.get("sentence").toString())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " in " + objects));
    }

    private static Map<String, Object> process(List<Map<String, Object>> objects, long pid) {
        return objects.stream()
                .filter(object -> object.get("pid") instanceof Number number && number.longValue() == pid)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process " + pid + " in " + objects));
    }

    private static List<Object> stalls(List<Map<String, Object>> objects) {
        return objects.stream()
                .map(object -> object.get("stall"))
                .filter(java.util.Objects::nonNull)
                .toList();
    }

    /** Stops a process in the mutex of puts, where it often is. */
    static void stopInMutex(TestJvm user, QueueView view) {
        user.stop();
        await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> {
            // stopped for a moment before this looks: a signal takes effect a little later
            awaitState(user.pid(), "T");
            if (view.snapshot().holders().containsKey(QueueWord.PUT_MUTEX)) {
                return true;
            }
            user.cont();
            user.stop();
            return false;
        });
    }

    static void awaitState(long pid, String state) {
        await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> {
            String stat = java.nio.file.Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).startsWith(state);
        });
    }

    @Test
    void shouldNameStoppedProcessAndMutexThatItHolds() throws Exception {
        String hostile = HarmlessTest.HOSTILE.replaceAll("[\u0000\ud800]", ""); // no argument has these
        try (SharedQueue<String> queue = ring();
                TestJvm producer = start("busy", queue, hostile);
                QueueView view = QueueView.open(queue.directory())) {
            stopInMutex(producer, view);
            CommandRun seen = CommandRun.here("queue", "who", queue.directory(), "--json", "--watch", "0.1")
                    .endsWith(ExitCodes.NOT_IN_ORDER);
            assertThat(process(seen.objects(), producer.pid()))
                    .containsEntry("state", "T")
                    .containsEntry("holds", List.of(QueueWord.PUT_MUTEX.toString()));
            assertThat(sentence(seen.objects(), Kind.STOPPED_IN_MUTEX))
                    .contains(
                            "pid " + producer.pid(), "QueueUser", "the mutex of puts", "kill -CONT " + producer.pid());
            assertThat(CommandRun.here("queue", "who", queue.directory(), "--watch", "0.2")
                            .out())
                    .contains("T (!)", "stopped-in-mutex: ")
                    .satisfies(text -> assertThat(text.lines().anyMatch(HarmlessTest::harmful))
                            .isFalse());
            assertThat(seen.out().lines().anyMatch(HarmlessTest::harmful)).isFalse();
            assertThat(process(seen.objects(), producer.pid()).get("command").toString())
                    .contains("\u001b[2J");
            producer.cont();
            awaitState(producer.pid(), "S");
        }
    }

    @Test
    void shouldNameDeadHolderUntilSomebodyTakesOver() throws Exception {
        try (SharedQueue<String> queue = ring();
                TestJvm producer = start("busy", queue);
                QueueView view = QueueView.open(queue.directory())) {
            stopInMutex(producer, view);
            producer.kill();
            List<Map<String, Object>> objects = who(queue);
            assertThat(sentence(objects, Kind.DEAD_IN_MUTEX)).contains("died while it held the mutex of puts");
            assertThat(objects).anySatisfy(object -> assertThat(object).containsKey("deadMember"));
            awaitInTop(queue.directory(), Kind.DEAD_IN_MUTEX);
            queue.put("takes over");
            assertThat(stalls(who(queue))).isEmpty();
        }
    }

    @Test
    void shouldNameConsumerThatNeverAcknowledges() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.create(parent.resolve("journal"), String.class)) {
            queue.putAll(List.of("a", "b", "c"));
            try (TestJvm consumer = start("receive", queue, 2)) {
                assertThat(stalls(who(queue))).as("it is not out for long").isEmpty();
                List<Map<String, Object>> objects = who(queue, "--patience", "0.1");
                assertThat(sentence(objects, Kind.NEVER_ACKNOWLEDGED))
                        .contains("pid " + consumer.pid(), "holds 2 leases", "no lease timeout is set");
                assertThat(process(objects, consumer.pid()))
                        .containsEntry("leases", 2)
                        .containsEntry("role", "consumer");
                consumer.stop();
                awaitState(consumer.pid(), "T");
                assertThat(sentence(who(queue), Kind.STOPPED_WITH_LEASES)).contains("kill -CONT");
                awaitInTop(queue.directory(), Kind.STOPPED_WITH_LEASES);
                consumer.kill();
                assertThat(sentence(who(queue), Kind.DEAD_WITH_LEASES)).contains("died with 2 leases");
                awaitInTop(queue.directory(), Kind.DEAD_WITH_LEASES);
            }
            assertThat(queue.get()).isEqualTo("a");
            assertThat(stalls(who(queue))).isEmpty();
        }
    }

    @Test
    void shouldSayThatQueueIsFullAndWhoWaits() throws Exception {
        try (SharedQueue<String> queue =
                SharedQueue.builder(String.class).maxSize(1).create(parent.resolve("full"))) {
            queue.put("a");
            assertThat(stalls(who(queue))).as("nobody waits").isEmpty();
            try (TestJvm producer = start("put", queue)) {
                List<Map<String, Object>> objects = awaitStall(queue.directory(), Kind.FULL, producer.pid());
                assertThat(sentence(objects, Kind.FULL)).contains("full with 1 element");
                assertThat(process(objects, producer.pid()))
                        .containsEntry("role", "producer")
                        .containsEntry("waitsFor", List.of("room"));
                awaitInTop(queue.directory(), Kind.FULL);
                assertThat(queue.get()).isEqualTo("a");
                producer.awaitSuccess();
            }
        }
    }

    @Test
    @SuppressWarnings("try") // it is closed before its time
    void shouldSayThatNobodyPutsOrTakes() throws Exception {
        Path directory = parent.resolve("lonely");
        SharedQueue.create(directory, String.class).close();
        try (TestJvm consumer = start("get", directory)) {
            try (SharedQueue<String> queue = SharedQueue.open(directory, String.class)) {
                await().until(() ->
                        process(who(queue), consumer.pid()).get("waitsFor").equals(List.of("an element")));
                assertThat(stalls(who(queue))).as("this process may put").isEmpty();
            }
            awaitStall(directory, Kind.NO_PRODUCER, consumer.pid());
            consumer.kill();
        }
        CommandRun.here("queue", "put", directory, "a").endsWith(0);
        CommandRun nobody = CommandRun.here("queue", "who", directory, "--json", "--watch", "0.1")
                .endsWith(ExitCodes.NOT_IN_ORDER);
        assertThat(sentence(nobody.objects(), Kind.NO_CONSUMER)).contains("1 element");
        awaitInTop(directory, Kind.NO_CONSUMER);
    }

    @Test
    void shouldSayThatQueueIsShutDown() throws Exception {
        try (SharedQueue<String> ring = ring();
                DurableQueue<String> journal = DurableQueue.create(parent.resolve("journal"), String.class)) {
            for (SharedQueue<String> queue : List.of(ring, journal)) {
                queue.put("a");
                queue.shutdown();
                assertThat(sentence(who(queue), Kind.SHUT_DOWN)).contains("drain the 1 element that");
            }
        }
    }
}
