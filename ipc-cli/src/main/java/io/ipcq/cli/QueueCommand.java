// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at queues, of either kind and of any type, while other processes use them, and when nobody does. */
@Command(
        name = "queue",
        description = {
            "Looks at queues and works on them, whatever their type, while other processes use them or when nobody does.",
            "ls, stat, find, browse, tail, verify and who change nothing; the others repair what dead processes left."
        },
        subcommands = {
            QueueList.class,
            QueueStat.class,
            QueueFind.class,
            QueueWho.class,
            QueueBrowse.class,
            QueueTail.class,
            QueueVerify.class,
            QueueRepair.class,
            QueuePut.class,
            QueueGet.class,
            QueueDrain.class,
            QueueMove.class,
            QueueRequeue.class,
            QueueRemove.class,
            QueueReopen.class,
            QueueAlter.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "QUEUE is the directory of a queue. With --json, commands that look print one object a line."})
final class QueueCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command was given");
    }
}
