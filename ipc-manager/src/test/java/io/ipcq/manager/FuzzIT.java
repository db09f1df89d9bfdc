// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.code_intelligence.jazzer.Jazzer;
import io.ipcq.KillCommand;
import io.ipcq.connection.FrameFuzz;
import io.ipcq.connection.HandshakeFuzz;
import io.ipcq.process.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lets Jazzer, which looks at what it covers, make up what peers send. Prints its seed; an input that takes long ends
 * the run with the stacks of all threads, and any failure is printed with its input in base64.
 */
@Tag("once")
class FuzzIT {

    /** For how long; 0 for the number of inputs that a target says, however long they take. */
    private static final int SECONDS = Integer.getInteger("ipcq.fuzz.seconds", 0);

    /** Inputs in the short form; a request costs more than a frame. */
    private static final int FEW = 1_000;

    private static final int MANY = 50_000;
    private static final int LONGEST_INPUT_SECONDS = 60;
    private static final Pattern RUNS = Pattern.compile("Done (\\d+) runs");

    private final long seed = Integer.getInteger("ipcq.seed", new Random().nextInt(1, Integer.MAX_VALUE));

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(classes = {FrameFuzz.class, HandshakeFuzz.class, RequestFuzz.class})
    void shouldWithstand(Class<?> target) throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the fuzzer is native code");
        try (Program fuzzer = start(target, target == RequestFuzz.class ? FEW : MANY)) {
            int code = exitCode(fuzzer);
            System.out.printf("%s, ipcq.seed=%d: %s%n", target.getSimpleName(), seed, lastLine(fuzzer.output()));
            assertThat(code).as(fuzzer.output()).isZero();
            Matcher runs = RUNS.matcher(fuzzer.output());
            assertThat(runs.find()).as(fuzzer.output()).isTrue();
            assertThat(Integer.parseInt(runs.group(1))).as(fuzzer.output()).isPositive();
        }
    }

    /** Also of a run that is longer than programs of tests are; one that hangs shows the stacks of its threads. */
    private static int exitCode(Program fuzzer) throws Exception {
        try {
            await().atMost(Duration.ofSeconds(SECONDS + 120)).until(() -> !fuzzer.isAlive());
        } catch (ConditionTimeoutException hangs) {
            KillCommand.send("-QUIT", fuzzer.pid());
            Thread.sleep(2_000); // it writes them
            throw new AssertionError(fuzzer.output(), hangs);
        }
        return fuzzer.exitCode();
    }

    /** The fuzzer sees what it should see. */
    @Test
    void shouldFindWhatIsWrong() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the fuzzer is native code");
        try (Program fuzzer = start(Wrong.class, -1)) {
            assertThat(fuzzer.exitCode()).as(fuzzer.output()).isNotZero();
            assertThat(fuzzer.output()).contains("found by the fuzzer");
        }
    }

    /** Fails for an input that random bytes do not hit. */
    public static final class Wrong {
        public static void fuzzerTestOneInput(byte[] data) {
            if (data.length >= 4 && data[0] == 'i' && data[1] == 'p' && data[2] == 'c' && data[3] == 'q') {
                throw new IllegalStateException("found by the fuzzer");
            }
        }
    }

    private Program start(Class<?> target, int inputs) throws Exception {
        List<String> options = new ArrayList<>(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
        if (Runtime.version().feature() >= 21) {
            options.add(0, "-XX:+EnableDynamicAgentLoading");
        }
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        return Program.start(
                directory,
                options,
                Jazzer.class.getName(),
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.ipcq.**",
                "--reproducer_path=" + directory,
                "-artifact_prefix=" + directory + "/",
                "-seed=" + seed,
                SECONDS > 0 ? "-max_total_time=" + SECONDS : "-runs=" + inputs,
                "-timeout=" + LONGEST_INPUT_SECONDS,
                "-rss_limit_mb=0",
                corpus.toString());
    }

    private static String lastLine(String output) {
        return output.strip().lines().reduce((first, second) -> second).orElse("");
    }
}
