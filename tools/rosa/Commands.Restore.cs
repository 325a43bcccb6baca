using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using ServerlessRosa.Core.Backups;
using ServerlessRosa.Maintenance;

namespace ServerlessRosa.Tool;

public static partial class Commands
{
    private static async Task WriteAsync(TextWriter output, Rebuilt done)
    {
        await output.WriteLineAsync(
            $"Rebuilt {done.Forms.Forms} forms with {done.Forms.Versions} published versions and {done.Forms.MediaSlots} " + "media slots."
        );
        await output.WriteLineAsync(
            $"Rebuilt {done.Submissions.Submissions} submissions with {done.Submissions.Edits} edits. Left out, since "
                + $"nothing says that it was accepted: {done.Submissions.Left}."
        );
        await output.WriteLineAsync(
            $"Replayed {done.Cases.Forms} submissions that speak of cases. Refused now, and not then: {done.Cases.Refused}."
        );
    }

    private static Command Backup(TextWriter output) =>
        OnStorage(
            "backup",
            "Snapshots the tables that cannot be rebuilt from blobs, as the app does every night.",
            [],
            async (parsed, services, cancellationToken) =>
            {
                var done = await services.GetRequiredService<TakeBackup>().RunNowAsync(cancellationToken);
                await output.WriteLineAsync(
                    $"Completed backup {done.Id}: {done.Pieces.Sum(piece => piece.Rows)} rows in {done.Pieces.Count} pieces."
                );
                return 0;
            }
        );

    private static Command Restore(TextWriter output, TextWriter error)
    {
        var backup = new Option<string?>("--backup") { Description = "A snapshot other than the newest complete one.", HelpName = "ID" };
        var replace = new Option<bool>("--replace") { Description = "Write over what is in the tables." };
        return OnStorage(
            "restore",
            "Brings lost tables back from the newest snapshot and from blobs. Stop the app first.",
            [backup, replace],
            async (parsed, services, cancellationToken) =>
            {
                var done = await services
                    .GetRequiredService<RestoreTables>()
                    .RunAsync(parsed.GetValue(backup), parsed.GetValue(replace), error.WriteLine, cancellationToken);
                await output.WriteLineAsync($"Restored {done.Rows} rows from backup {done.Backup.Id}.");
                await WriteAsync(output, done.Rebuilt);
                await output.WriteLineAsync(
                    $"Applied the entities of {done.Entities.Submissions} submissions. Could not apply those of {done.Entities.Failed}."
                );
                foreach (var project in done.LostProjects)
                {
                    await output.WriteLineAsync(
                        $"Project {project} was created after the backup: its forms and submissions are back, "
                            + "its name, domain and users are not."
                    );
                }
                return done.Entities.Failed == 0 ? 0 : 1;
            }
        );
    }
}
