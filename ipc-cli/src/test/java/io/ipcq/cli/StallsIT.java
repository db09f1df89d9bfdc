// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each kind of stall that people have, in each of the three views: the command that is about it, {@code top}, and the
 * page.
 */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class StallsIT {

    /** A stall as it is made: what stands still, what then has to be seen, and by which command. */
    enum Scene {
        PRODUCER_STOPPED_IN_MUTEX(Kind.STOPPED_IN_MUTEX) {
            @Override
            Object[] make(StallsIT test) throws Exception {
                SharedQueue<String> queue = test.keep(SharedQueue.create(test.path("queue"), String.class));
                TestJvm producer = test.start(QueueUser.class, "busy", queue.directory());
                QueueWhoIT.stopInMutex(producer, test.keep(QueueView.open(queue.directory())));
                return test.who(queue);
            }
        },
        CONSUMER_NEVER_ACKNOWLEDGES(Kind.NEVER_ACKNOWLEDGED) {
            @Override
            Object[] make(StallsIT test) throws Exception {
                DurableQueue<String> queue = test.keep(DurableQueue.create(test.path("queue"), String.class));
                queue.putAll(List.of("a", "b", "c"));
                test.start(QueueUser.class, "receive", queue.directory(), 2);
                return test.who(queue);
            }
        },
        DISK_IS_FULL(Kind.DISK_FULL) {
            @Override
            Object[] make(StallsIT test) throws Exception {
                test.mount();
                DurableQueue<String> queue = test.keep(
                        DurableQueue.builder(String.class).segmentBytes(1 << 20).create(test.path("queue")));
                queue.put("a");
                test.fillVolume();
                return test.who(queue);
            }
        },
        QUEUE_SHUT_DOWN(Kind.SHUT_DOWN) {
            @Override
            Object[] make(StallsIT test) throws Exception {
                SharedQueue<String> queue = test.keep(SharedQueue.create(test.path("queue"), String.class));
                queue.put("a");
                queue.shutdown();
                return test.who(queue);
            }
        },
        WORKER_STUCK_IN_TASK(Kind.WORKER_STUCK) {
            @Override
            Object[] make(StallsIT test) {
                test.start(PoolUser.class, "jobs");
                return new Object[] {"pool", "show", "jobs", "--tmpdir", test.parent, "--patience", PATIENCE};
            }
        },
        WORKERS_CRASH_IN_A_LOOP(Kind.WORKERS_CRASHING) {
            @Override
            Object[] make(StallsIT test) {
                test.start(PoolUser.class, "jobs", "crash");
                return new Object[] {"pool", "show", "jobs", "--tmpdir", test.parent};
            }
        },
        MANAGER_STOPPED(Kind.MANAGER_STOPPED) {
            @Override
            Object[] make(StallsIT test) throws Exception {
                test.startManager(test.path("run/socket").toString()).stop();
                return new Object[] {"manager", "stat", test.manager, "--key", test.key()};
            }
        },
        /** Whose process nobody sees. The command is about nothing else, and waits for the answer. */
        MANAGER_STOPPED_OVER_TCP(Kind.MANAGER_SILENT) {
            @Override
            Object[] make(StallsIT test) {
                test.startManager("127.0.0.1:0").stop();
                return new Object[0];
            }
        };

        final Kind kind;

        Scene(Kind kind) {
            this.kind = kind;
        }

        /** The command that is about it, with all that it needs; empty if there is none. */
        abstract Object[] make(StallsIT test) throws Exception;
    }

    private static final String PATIENCE = "0.1";

    @TempDir
    Path parent;

    private final List<AutoCloseable> kept = new ArrayList<>();

    private <T extends AutoCloseable> T keep(T thing) {
        kept.add(0, thing);
        return thing;
    }

    @AfterEach
    void close() {
        assertThat(kept.stream().map(StallsIT::failureOfClose).filter(Objects::nonNull))
                .isEmpty();
    }

    /** Null if there is none; the others are to be closed as well. */
    private static Exception failureOfClose(AutoCloseable thing) {
        try {
            thing.close();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    private Path path(String name) {
        return parent.resolve(name);
    }

    private TestJvm start(Class<?> main, Object... arguments) {
        TestJvm user = keep(TestJvm.start(
                List.of("-Djava.io.tmpdir=" + parent, "-Dipcq.archive=off"),
                main,
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new)));
        user.awaitLine("ready");
        return user;
    }

    private Object[] who(SharedQueue<?> queue) {
        return new Object[] {"queue", "who", queue.directory(), "--patience", PATIENCE, "--watch", "0.2"};
    }

    // ---- a volume of its own ----------------------------------------------------------------------------------------

    private void mount() throws Exception {
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "ipcq-test", parent.toString()));
        keep(() -> run("umount", "-l", parent.toString()));
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private void fillVolume() throws Exception {
        long free = Files.getFileStore(parent).getUsableSpace();
        Files.write(path("others"), new byte[(int) free]);
    }

    // ---- a manager --------------------------------------------------------------------------------------------------

    private String manager;

    private Path key() {
        return path("key");
    }

    private TestJvm startManager(String address) {
        String serves = "serves at ";
        TestJvm server = keep(TestJvm.start(Serving.class, "manager", "serve", address, "--key", key().toString()));
        manager = server.awaitLine(serves).substring(serves.length()).replaceFirst("^[^/]*/(127\\.)", "$1");
        CommandRun.here("manager", "stat", manager, "--key", key()).endsWith(0);
        return server;
    }

    private List<ManagerDoor> doors() {
        return manager == null ? List.of() : List.of(new ManagerDoor(spec(), manager, key(), ManagerDoor.TIMEOUT));
    }

    /** The command itself, in a JVM that a test can stop. */
    static final class Serving {
        private Serving() {}

        public static void main(String[] arguments) {
            Ipcq.main(arguments);
        }
    }

    // ---- the views --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void shouldBeSeenInEveryView(Scene scene) throws Exception {
        Object[] command = scene.make(this);
        String kind = scene.kind.toString();
        // a stopped process is seen a little later, and so is how long a pool's tasks usually take
        await().untilAsserted(() -> assertThat(seenBy(command)).contains(kind + ": "));
        await().untilAsserted(() ->
                assertThat(CommandRun.here(top()).endsWith(0).out()).contains(kind + ": "));
        try (WebServer server = Scenes.serve(parent, true, Duration.ofMillis(100), doors())) {
            assertThat(seenOnPage(server.address(), kind)).contains('"' + kind);
        }
    }

    private String seenBy(Object... command) {
        return (command.length == 0
                        ? CommandRun.here(top()).endsWith(0)
                        : CommandRun.here(command).endsWith(ExitCodes.NOT_IN_ORDER))
                .out();
    }

    /** One that stops while it is looked at again and again: no look waits for its answer, which comes in the end. */
    @Test
    void shouldSayWhetherManagerAnswers() throws Exception {
        TestJvm server = startManager("127.0.0.1:0");
        try (Surroundings around = Scenes.surroundings(parent, Duration.ofMillis(100), doors())) {
            await().untilAsserted(() -> assertThat(look(around).message()).isNull());
            server.stop();
            await().untilAsserted(() -> assertThat(look(around).message())
                    .startsWith("manager-silent: no answer for ")
                    .contains("`kill -CONT " + server.pid() + "`"));
            await().untilAsserted(() -> assertThat(askers()).hasSize(1)); // those of other looks end
            server.cont();
            await().untilAsserted(() -> assertThat(look(around).message()).isNull());
            server.stop();
            await().untilAsserted(() -> assertThat(look(around).message()).isNotNull());
        }
        await().untilAsserted(() -> assertThat(askers()).isEmpty());
    }

    /** Over TCP nobody sees whose socket it is, so it is asked. */
    @Test
    void shouldSayInTimeThatManagerDoesNotAnswer() throws Exception {
        TestJvm server = startManager("127.0.0.1:0");
        server.stop();
        String sentence = "the manager did not answer in time: address=/" + manager + ", timeout=200 ms; ";
        for (String command : List.of("manager ping", "manager ls", "manager stop", "lock ls", "lock release")) {
            assertThat(ask(command, 1).err()).as(command).startsWith("ipcq: " + sentence);
        }
        assertThat(ask("manager stat", ExitCodes.NOT_IN_ORDER).out()).contains("does not answer: " + sentence);
        server.cont();
        for (String command : List.of("manager ping", "manager ls", "manager stat", "lock ls")) {
            await().untilAsserted(() -> ask(command, 0)); // one that goes on may need some time
        }
    }

    private CommandRun ask(String command, int end) {
        List<Object> words = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        words.add(manager);
        words.addAll(
                switch (command) {
                    case "manager stop" -> List.of("--yes");
                    case "lock release" -> List.of("till", "--yes");
                    default -> List.of();
                });
        words.addAll(List.of("--key", key(), "--timeout", "0.2"));
        return CommandRun.here(words.toArray()).endsWith(end);
    }

    /** At a socket in a directory it is seen, by those as well who use a queue of that manager. */
    @Test
    void shouldNotAskManagerThatIsSeenToBeStopped() throws Exception {
        TestJvm server = startManager(path("socket").toString());
        server.stop();
        await().untilAsserted(() -> assertThat(ProcessSight.of(server.pid()))
                .isNotNull()
                .satisfies(seen -> assertThat(seen.isStopped()).isTrue()));
        String queue = "ipcq:" + path("socket") + "?queue=orders&key=" + key();
        for (Object[] words : List.of(
                new Object[] {"manager", "ping", path("socket"), "--key", key()},
                new Object[] {"queue", "put", queue, "a"},
                new Object[] {"queue", "get", queue},
                new Object[] {"queue", "requeue", queue, "--yes"})) {
            assertThat(CommandRun.here(words).endsWith(1).err())
                    .startsWith("ipcq: manager-stopped: pid " + server.pid());
        }
    }

    private static ManagerSight look(Surroundings around) throws Exception {
        return around.look().managers().get(0);
    }

    private static List<Thread> askers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ipcq-manager-asker"))
                .toList();
    }

    private Object[] top() {
        List<Object> words = new ArrayList<>(
                List.of("top", parent, "--once", "--interval", "0.2", "--tmpdir", parent, "--patience", PATIENCE));
        if (manager != null) {
            words.addAll(List.of("--manager", manager, "--key", key()));
        }
        return words.toArray();
    }

    private static picocli.CommandLine.Model.CommandSpec spec() {
        return picocli.CommandLine.Model.CommandSpec.create();
    }

    /** What its script is told of everything, without a queue that somebody opens: a line that has this kind. */
    private static String seenOnPage(URI page, String kind) throws Exception {
        HttpRequest stream = HttpRequest.newBuilder(page.resolve("/api/stream"))
                .header("Authorization", "Bearer " + page.getRawFragment())
                .build();
        HttpResponse<InputStream> answer =
                HttpClient.newHttpClient().send(stream, HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.contains('"' + kind)) {
                line = lines.readLine();
            }
            return String.valueOf(line);
        }
    }
}
