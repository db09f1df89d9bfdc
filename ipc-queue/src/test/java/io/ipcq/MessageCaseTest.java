// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of exceptions and of the log begin in lower case, unless they begin with a name. */
class MessageCaseTest {

    private static final Pattern COMMENT =
            Pattern.compile("/\\*.*?\\*/|//[^\\n\"]*$", Pattern.DOTALL | Pattern.MULTILINE);

    /** Of an event of the Flight Recorder: a sentence that stands by itself. */
    private static final Pattern DESCRIPTION = Pattern.compile("@Description\\([^)]*\\)");

    /** The first literal among the arguments of what makes an exception, or logs. */
    private static final Pattern MESSAGE = Pattern.compile("(?:new [\\w.]*(?:Exception|Error)(?:<>)?|\\bsuper"
            + "|\\.(?:debug|info|warn|error))\\s*\\((?:[\\w.]+(?:\\(\\))?,\\s*){0,3}\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** A sentence, whatever becomes of it: it begins with an article, for instance. */
    private static final Pattern SENTENCE = Pattern.compile("\"((?:A|An|The|This|No|There is|Cannot) [a-z][^\"]*)\"");

    private static final Pattern UPPER_CASE = Pattern.compile("[A-Z](?:[a-z].*| .*|$)", Pattern.DOTALL);

    /** Names, what the operating system says, and the second sentence of a message. */
    private static final Pattern ALLOWED = Pattern.compile(
            "(?:(?:Chronicle|Jackson|Java|Kafka|Linux|Python|Spring)\\b|Permission denied|A lambda or method reference takes).*",
            Pattern.DOTALL);

    @Test
    void shouldBeginInLowerCase() throws IOException {
        List<String> capitals = new ArrayList<>();
        int messages = 0;
        for (Path module : SourceTree.modules("ipc-*", "src/main")) {
            for (Path source : SourceTree.sources(module)) {
                String code = code(Files.readString(source));
                messages += (int) MESSAGE.matcher(code).results().count();
                capitals(code, hasHelp(module) ? List.of(MESSAGE) : List.of(MESSAGE, SENTENCE))
                        .forEach(message -> capitals.add(source.getFileName() + ": " + message));
            }
        }
        assertThat(capitals).isEmpty();
        assertThat(messages).isGreaterThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throw new IllegalStateException(\"The queue is full\");",
                "super(\"A worker ended\");",
                "super(number, cause, \"Something went wrong\");",
                "log.warn(\n    \"Cannot open it\");",
                "return refused(name, \"The directory is another user's\");"
            })
    void shouldNoticeCapitals(String code) {
        assertThat(capitals(code(code), List.of(MESSAGE, SENTENCE))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throw new IllegalStateException(\"the queue is full\");",
                "throw new IOException(\"TLS is closed\");",
                "throw new IOException(\"Jackson is missing\");",
                "/* new IOException(\"The file\") */",
                "print(\"Orders\");"
            })
    void shouldLeaveOthers(String code) {
        assertThat(capitals(code(code), List.of(MESSAGE, SENTENCE))).isEmpty();
    }

    /** What a command says of itself are sentences. */
    private static boolean hasHelp(Path module) {
        return module.toString().contains("ipc-cli");
    }

    private static String code(String source) {
        return DESCRIPTION.matcher(COMMENT.matcher(source).replaceAll("")).replaceAll("");
    }

    private static List<String> capitals(String code, List<Pattern> patterns) {
        List<String> capitals = new ArrayList<>();
        for (Pattern pattern : patterns) {
            Matcher found = pattern.matcher(code);
            while (found.find()) {
                String message = found.group(1);
                if (UPPER_CASE.matcher(message).matches()
                        && !ALLOWED.matcher(message).matches()) {
                    capitals.add(message);
                }
            }
        }
        return capitals;
    }
}
