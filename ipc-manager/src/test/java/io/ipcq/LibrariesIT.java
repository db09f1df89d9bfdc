// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.manager.Manager;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.Program;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs with the libraries that users have, other ones than the build has, or fewer: what works, what says which
 * library is missing, and that nobody says anything else.
 */
class LibrariesIT {

    private static final Path LIBRARIES = Path.of("target", "libraries");
    private static final List<String> ALL = List.of("ring", "json", "child", "pool", "manager", "durable");

    @TempDir
    Path directory;

    record Order(int number, String item) {}

    /** Uses one thing after the other, and says of each what came of it. */
    static final class Use {

        public static void main(String[] things) {
            for (String thing : things) {
                try {
                    System.out.println(thing + ": " + use(thing));
                } catch (Exception refused) {
                    System.out.println(
                            thing + " refused: " + refused.getClass().getSimpleName() + ": " + refused.getMessage());
                } catch (Throwable broken) {
                    System.out.println(thing + " broken: " + broken);
                }
            }
        }

        private static String use(String thing) throws Exception {
            switch (thing) {
                case "ring" -> {
                    return through(SharedQueue.create(String.class), "works");
                }
                case "json" -> {
                    Order order = new Order(1, "works");
                    return through(SharedQueue.create(Order.class), order).equals(order) ? "works" : "differs";
                }
                case "child" -> {
                    try (SharedQueue<String> queue = SharedQueue.create(String.class);
                            ChildProcess child = new ChildProcess(Use::answer, queue)) {
                        child.start();
                        String answer = queue.get();
                        child.joinOrThrow();
                        return answer;
                    }
                }
                case "pool" -> {
                    try (ProcessPool pool = ProcessPool.create(1)) {
                        return pool.apply(Use::answer);
                    }
                }
                case "manager" -> {
                    try (Manager manager = Manager.start()) {
                        manager.map("map", String.class, String.class).put("key", "works");
                        return manager.map("map", String.class, String.class).get("key");
                    }
                }
                case "durable" -> {
                    return through(DurableQueue.create(String.class), "works");
                }
                default -> throw new IllegalArgumentException(thing);
            }
        }

        private static <T> T through(SharedQueue<T> queue, T element) throws Exception {
            try (queue) {
                queue.put(element);
                return queue.get();
            }
        }

        private static void answer(SharedQueue<String> queue) throws Exception {
            queue.put("works");
        }

        private static String answer() {
            return "works";
        }
    }

    /** What is left out, by the names of its jars, and what cannot work without it. */
    enum Missing {
        NOTHING("nothing"),
        SLF4J("slf4j-", "durable:org.slf4j:slf4j-api"),
        OPEN_TELEMETRY("opentelemetry-"),
        A_PART_OF_OPEN_TELEMETRY("opentelemetry-context-"),
        CHRONICLE("chronicle-|affinity-|posix-", "durable:net.openhft:chronicle-queue"),
        JACKSON(
                "jackson-(databind|core|annotations)-",
                "json:tools.jackson.core:jackson-databind",
                "manager:tools.jackson.core:jackson-databind"),
        ALL_OF_THESE_AND_NATIVE_CALLS(
                "slf4j-|opentelemetry-|chronicle-|affinity-|posix-|jackson-|jffi-|jspecify-",
                "json:tools.jackson.core:jackson-databind",
                "manager:tools.jackson.core:jackson-databind",
                "durable:net.openhft:chronicle-queue");

        private final String jars;
        private final List<String> refused;

        Missing(String jars, String... refused) {
            this.jars = jars;
            this.refused = List.of(refused);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldDoWithoutAndNameWhatIsMissing(Missing missing) throws Exception {
        List<String> classPath = without("(" + missing.jars + "|slf4j-nop-).*");
        List<String> lines = linesOf(classPath, ALL.toArray(String[]::new));
        List<String> expected = new ArrayList<>();
        for (String thing : ALL) {
            String artifact = missing.refused.stream()
                    .filter(each -> each.startsWith(thing + ":"))
                    .map(each -> each.substring(thing.length() + 1))
                    .findFirst()
                    .orElse(null);
            expected.add(artifact == null ? thing + ": works" : thing + " refused");
            if (artifact != null) {
                assertThat(lines)
                        .filteredOn(line -> line.startsWith(thing))
                        .first()
                        .asString()
                        .contains("Add the dependency " + artifact);
            }
        }
        assertThat(lines)
                .map(line -> line.contains(" refused: ") ? line.substring(0, line.indexOf(" refused") + 8) : line)
                .isEqualTo(expected);
    }

    @Tag("once")
    @Test
    void shouldBeQuietWithLogback() throws Exception {
        Files.writeString(directory.resolve("logback.xml"), """
                <configuration>
                  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%level %logger %msg%n</pattern></encoder>
                  </appender>
                  <root level="INFO"><appender-ref ref="OUT"/></root>
                </configuration>
                """);
        List<String> classPath = new ArrayList<>(without("slf4j-nop-.*"));
        classPath.addAll(jarsIn("logback"));
        classPath.add(directory.toString());
        assertThat(linesOf(classPath, ALL.toArray(String[]::new)))
                .isEqualTo(ALL.stream().map(thing -> thing + ": works").toList());
    }

    /** The build's own is that of Spring Boot 3.5.16, 4.0.8 and 4.1.1. */
    @Tag("once")
    @Test
    void shouldWorkWithNewestJackson() throws Exception {
        List<String> classPath = new ArrayList<>(without("jackson-(databind|core|annotations)-.*"));
        classPath.addAll(jarsIn("jackson-newest"));
        assertThat(linesOf(classPath, "json", "manager")).containsExactly("json: works", "manager: works");
    }

    @Tag("once")
    @Test
    void shouldNameLineToAddForJacksonOfBoot_4_0_0() throws Exception {
        List<String> classPath = new ArrayList<>(without("jackson-(databind|core|annotations)-.*"));
        classPath.addAll(jarsIn("jackson-too-old"));
        assertThat(linesOf(classPath, "json", "json", "manager"))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "CodecException: Jackson 3.0.2 is too old: needed=3.1",
                                "<jackson-bom.version>3.1.5</jackson-bom.version>",
                                "<jackson-2-bom.version>2.21.4</jackson-2-bom.version>"));
    }

    @Tag("once")
    @Test
    void shouldNameLineToAddForAnnotationsOfBoot_3_5_12() throws Exception {
        List<String> classPath = new ArrayList<>(without("jackson-annotations-.*"));
        classPath.addAll(jarsIn("annotations-too-old"));
        assertThat(linesOf(classPath, "json", "json", "manager"))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "CodecException: Jackson 3.",
                                "missing=com.fasterxml.jackson.annotation.JsonSerializeAs",
                                "jackson-annotations-2.19.4.jar",
                                "Declare com.fasterxml.jackson.core:jackson-annotations:2.21",
                                "<jackson-bom.version>2.21.4</jackson-bom.version>"));
    }

    private static List<String> without(String jars) {
        Predicate<String> isLeftOut = entry -> new File(entry).getName().matches(jars);
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(isLeftOut.negate())
                .toList();
    }

    private static List<String> jarsIn(String name) throws IOException {
        try (Stream<Path> jars = Files.list(LIBRARIES.resolve(name))) {
            return jars.map(jar -> jar.toAbsolutePath().toString()).sorted().toList();
        }
    }

    private List<String> linesOf(List<String> classPath, String... things) throws Exception {
        List<String> options = List.of("-cp", String.join(File.pathSeparator, classPath));
        try (Program program = Program.start(directory, options, Use.class.getName(), things)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            return program.output().lines().toList();
        }
    }
}
