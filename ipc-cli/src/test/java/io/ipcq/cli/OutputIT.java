// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be printed is told, whatever keeps it; only that the reader has gone is not. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class OutputIT {

    /** Of those who print through picocli, through the screen, and as the samples do. */
    private static final String COMPLETION = "completion";

    private static final String HELP = "queue --help";
    private static final String DEMO = "demo fork";

    private static final String PIPE_WITHOUT_READER = """
            import os, subprocess, sys
            r, w = os.pipe()
            os.close(r)
            sys.exit(subprocess.call(sys.argv[1:], stdout=w))
            """;

    private static final String FULL_PIPE = """
            import fcntl, os, subprocess, sys
            r, w = os.pipe()
            fcntl.fcntl(w, 1031, 4096)
            fcntl.fcntl(w, fcntl.F_SETFL, os.O_NONBLOCK)
            try:
                while True:
                    os.write(w, bytes(4096))
            except BlockingIOError:
                pass
            sys.exit(subprocess.call(sys.argv[1:], stdout=w))
            """;

    /** Runs a command by another one, which says where the output goes. */
    private static CommandRun run(String command, String... by) throws Exception {
        ProcessBuilder builder = CommandRun.launch((Object[]) command.split(" ", -1));
        List<String> words = new ArrayList<>(List.of(by));
        words.addAll(builder.command());
        Process process = builder.command(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandRun(process.waitFor(), "", err);
    }

    @ParameterizedTest
    @ValueSource(strings = {COMPLETION, HELP, DEMO})
    void shouldSayThatDiskIsFull(String command) throws Exception {
        CommandRun run =
                run(command, "sh", "-c", "exec \"$@\" >/dev/full", "sh").endsWith(1);
        assertThat(run.err().lines()).containsExactly("ipcq: the output cannot be written: No space left on device");
    }

    @ParameterizedTest
    @ValueSource(strings = {COMPLETION, HELP, DEMO})
    void shouldSayNothingWhenReaderHasGone(String command) throws Exception {
        assumeTrue(hasPython(), "needs python3");
        CommandRun run = run(command, "python3", "-c", PIPE_WITHOUT_READER);
        assertThat(run.endsWith(ExitCodes.PIPE_CLOSED).err()).isEmpty();
    }

    /** A pipe to which others have set that it does not wait: not all was printed, though the reader is there. */
    @Test
    void shouldSayThatPipeTakesNoMore() throws Exception {
        assumeTrue(hasPython(), "needs python3");
        CommandRun run = run(COMPLETION, "python3", "-c", FULL_PIPE).endsWith(1);
        assertThat(run.err().lines())
                .containsExactly("ipcq: the output cannot be written: Resource temporarily unavailable");
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "-c", "").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
