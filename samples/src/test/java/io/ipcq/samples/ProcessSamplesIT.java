// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ProcessSamplesIT {

    @Test
    void shouldPrintPidsOfParentAndChild() throws Exception {
        MatchResult story =
                match("parent process: (\\d+)\nchild process: (\\d+), (\\d+)", SampleProgram.run(Sample01Fork.class));

        assertThat(story.group(3)).isEqualTo(story.group(1)).isNotEqualTo(story.group(2));
    }

    @Test
    void shouldRunFunctionWithArgument() throws Exception {
        match("""
                parent process \\d+
                child will start
                child runs, name=test, process=Process-1
                child has ended: exit code 0""", SampleProgram.run(Sample02ChildProcess.class));
    }

    @Test
    void shouldRunSubclassAndPrintBothTimes() throws Exception {
        MatchResult story = match("""
                current process \\((\\d+)\\)
                child process \\((\\d+)\\) begins, its parent is \\((\\d+)\\)
                \\((\\d+)\\) has ended, it took (\\d+\\.\\d\\d) seconds
                \\((\\d+)\\) has ended, it took (\\d+\\.\\d\\d) seconds""", SampleProgram.run(Sample03Subclass.class, "0.5"));

        assertThat(story.group(3)).isEqualTo(story.group(1)).isEqualTo(story.group(6));
        assertThat(story.group(4)).isEqualTo(story.group(2)).isNotEqualTo(story.group(1));
        double inChild = Double.parseDouble(story.group(5));
        double inParent = Double.parseDouble(story.group(7));
        assertThat(inChild).isGreaterThanOrEqualTo(0.5);
        assertThat(inParent).isGreaterThan(inChild);
    }

    @Test
    void shouldTalkThroughPipe() throws Exception {
        assertThat(SampleProgram.run(Sample12Pipe.class))
                .containsExactly("the square of 3 is 9", "the square of 5 is 25", "the child has answered 2 questions");
    }

    @Test
    void shouldGreetFromFreshAndFromWaitingJvms() throws Exception {
        match("""
                a fresh JVM: Process-1 says hello after \\d+\\.\\d ms
                a JVM that waited: Process-\\d says hello after \\d+\\.\\d ms
                a JVM that waited: Process-\\d says hello after \\d+\\.\\d ms""", SampleProgram.run(Sample13Standby.class));
    }

    @Test
    void shouldTakeResultsUntilTheChildDies() throws Exception {
        assertThat(SampleProgram.run(Sample15UntilItDies.class))
                .containsExactly("got 1", "got 2", "got 3", "no more: Process-1 ended with exit code 3");
    }

    @Test
    void shouldWaitForWhateverIsFirst() throws Exception {
        assertThat(SampleProgram.run(Sample16WhoeverIsFirst.class))
                .containsExactly(
                        "the queue has: a letter", "the pipe has: 5 bytes", "the child has ended, with exit code 0");
    }

    private static MatchResult match(String story, List<String> lines) {
        String output = String.join("\n", lines);
        assertThat(output).matches(Pattern.compile(story));
        var matcher = Pattern.compile(story).matcher(output);
        assertThat(matcher.matches()).isTrue();
        return matcher.toMatchResult();
    }
}
