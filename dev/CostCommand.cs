using System.CommandLine;
using System.Globalization;

namespace ServerlessRosa.Dev;

/// <summary>`dev -- cost`: what a month costs. All prices are options, since they differ by region and change.</summary>
internal static class CostCommand
{
    public static Command Create(TextWriter output)
    {
        var command = new Command(
            "cost",
            "Estimates what a month costs on Azure, and beside it a virtual machine with ODK Central (docs/cost.md). Check the prices: they are options."
        );
        var (submissions, media, mediaKb, xmlKb) = (
            Number("--submissions", 10_000, "Submissions a month."),
            Number("--media", 2, "Files with each."),
            Number("--media-kb", 300, "Size of a file."),
            Number("--xml-kb", 4, "Size of a submission's XML.")
        );
        var (phones, syncs, forms) = (
            Number("--phones", 50, "Phones."),
            Number("--syncs-per-day", 2, "How often each looks for forms."),
            Number("--forms", 5, "Forms on each phone.")
        );
        var (updates, formMedia, formMediaKb) = (
            Number("--form-updates", 1, "How often a month a form changes."),
            Number("--form-media", 2, "Media files of a form."),
            Number("--form-media-kb", 500, "Size of one.")
        );
        var months = Number("--months-kept", 12, "Months of submissions that are kept.");
        var (cold, seconds, atOnce, memory, logKb) = (
            Number("--cold", 0.5, "Share of requests that meet a cold instance."),
            Number("--billed-seconds", 1, "Instance time billed for a request: a second at least."),
            Number("--at-once", 1, "Requests that share it."),
            Number("--memory-gb", 2, "Memory of an instance."),
            Number("--log-kb", 1.5, "Telemetry of a request.")
        );
        var (writes, reads, tables) = (
            Number("--blob-writes-10k", 0.07, "Price of 10,000 blob writes."),
            Number("--blob-reads-10k", 0.0055, "Price of 10,000 blob reads."),
            Number("--table-10k", 0.0005, "Price of 10,000 table operations.")
        );
        var (blobGb, tableGb) = (
            Number("--blob-gb", 0.024, "Price of a GB of blobs for a month."),
            Number("--table-gb", 0.06, "Price of a GB of rows for a month.")
        );
        var (executions, gbSecond, egress, log) = (
            Number("--executions-million", 0.4, "Price of a million executions."),
            Number("--gb-second", 0.000026, "Price of a GB-second."),
            Number("--egress-gb", 0.09, "Price of a GB to the internet."),
            Number("--log-gb", 2.8, "Price of a GB of telemetry.")
        );
        var (freeExecutions, freeGbSeconds, freeEgress, freeLog) = (
            Number("--free-executions", 250_000, "Executions a month that are free."),
            Number("--free-gb-seconds", 100_000, "GB-seconds a month that are free."),
            Number("--free-egress-gb", 100, "GB to the internet a month that are free."),
            Number("--free-log-gb", 5, "GB of telemetry a month that are free.")
        );
        var (vm, disk, backup) = (
            Number("--vm-month", 70, "Price of a virtual machine (2 cores, 8 GB) for a month."),
            Number("--vm-disk-gb", 0.15, "Price of a GB of its disk for a month."),
            Number("--vm-backup-gb", 0.06, "Price of a GB of its backup for a month.")
        );

        command.SetAction(parsed =>
        {
            var usage = new Usage(
                Value(submissions),
                (int)Value(media),
                Value(mediaKb),
                Value(xmlKb),
                Value(phones),
                Value(syncs),
                Value(forms),
                Value(updates),
                (int)Value(formMedia),
                Value(formMediaKb),
                Value(months)
            );
            var prices = new Prices(
                Value(writes),
                Value(reads),
                Value(tables),
                Value(blobGb),
                Value(tableGb),
                Value(executions),
                Value(gbSecond),
                Value(egress),
                Value(log),
                Value(freeExecutions),
                Value(freeGbSeconds),
                Value(freeEgress),
                Value(freeLog),
                Value(vm),
                Value(disk),
                Value(backup)
            );
            Write(
                output,
                "ServerlessRosa",
                CostModel.Serverless(
                    usage,
                    new Assumptions(Value(cold), Value(seconds), Value(atOnce), Value(memory), Value(logKb)),
                    prices
                )
            );
            Write(output, "ODK Central on a virtual machine", CostModel.VirtualMachine(usage, prices));
            output.WriteLine("Dollars a month, from list prices as of autumn 2025: check them for your region, and give yours as options.");

            double Value(Option<double> option) => parsed.GetValue(option);
        });
        return command;

        Option<double> Number(string name, double otherwise, string description)
        {
            var option = new Option<double>(name)
            {
                Description = description,
                DefaultValueFactory = _ => otherwise,
                HelpName = "NUMBER",
            };
            option.Validators.Add(result =>
            {
                if (
                    result.Tokens is [var given]
                    && !(
                        double.TryParse(given.Value, CultureInfo.InvariantCulture, out var number)
                        && number >= 0
                        && (number > 0 || name != "--at-once")
                    )
                )
                    result.AddError($"{name} takes a number {(name == "--at-once" ? "above 0" : "from 0 on")}.");
            });
            command.Options.Add(option);
            return option;
        }
    }

    private static void Write(TextWriter output, string title, IReadOnlyList<CostLine> lines)
    {
        output.WriteLine(title);
        foreach (var line in lines)
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {line.What,-22}{line.Quantity,18:N1} {line.Unit,-11}{line.Dollars,12:N2}"
                )
            );
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"together",-52}{lines.Sum(line => line.Dollars),12:N2}"));
        output.WriteLine();
    }
}
