// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves a page. */
@Command(
        name = "web",
        description = {
            "Shows queues in a browser: those in directories, and those that the directories are; without one, those that have no path.",
            "Shows all pools of this user's programs as well.",
            "Prints the address of the page, for this machine and for whoever has read it: the part after # is a secret.",
            "Goes on until it is ended, by Ctrl-C for instance."
        })
final class WebCommand implements Callable<Integer> {

    @Mixin
    private Overview overview = new Overview();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            converter = Whole.Port.class,
            description = "Its port; any unless given.")
    private int port;

    @Option(names = "--read-only", description = "Nothing can be put, requeued or removed through the page.")
    private boolean readOnly;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        WebServer.limitRequests();
        WebQueues queues = new WebQueues(overview.places().named(), overview.rules());
        try (WebServer server = new WebServer(queues, overview.surroundings(spec), port, readOnly)) {
            screen.line(server.address().toString());
            screen.flush();
            screen.note("Ctrl-C ends it");
            new CountDownLatch(1).await();
        }
        return ExitCode.OK;
    }
}
