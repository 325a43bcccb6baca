using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// The parts that can be rebuilt from blobs, in the required order: submissions need their forms, cases their submissions.
/// </summary>
public enum RebuildPart
{
    Forms,
    Submissions,
    Cases,
}

/// <summary>The result of a rebuild of one project, or of all.</summary>
public sealed record Rebuilt(RebuiltForms Forms, RebuiltSubmissions Submissions, RebuiltCases Cases);

/// <summary>
/// Recreates tables whose rows were lost (docs/operations.md), of one project or of all, while the app is stopped. An interrupted run is
/// repeated as a whole.
/// </summary>
public sealed class RebuildTables(ProjectsTable projects, RebuildForms forms, RebuildSubmissions submissions, RebuildCases cases)
{
    /// <summary>Refuses an unknown project, and, before anything is written, those that have rows of these parts, unless they are to be
    /// replaced.</summary>
    public async Task<Rebuilt> RunAsync(
        ProjectId? only,
        IReadOnlyCollection<RebuildPart> parts,
        bool replace,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        var all = only is { } one
            ?
            [
                await projects.FindAsync(one, cancellationToken)
                    ?? throw new MaintenanceException($"There is no project {one} in this storage account."),
            ]
            : await projects.ListAsync(cancellationToken);
        foreach (var project in replace ? [] : all)
        {
            Refuse(project.Id, "forms", parts.Contains(RebuildPart.Forms) && await forms.HasAnyAsync(project.Id, cancellationToken));
            Refuse(
                project.Id,
                "submissions",
                parts.Contains(RebuildPart.Submissions) && await submissions.HasAnyAsync(project.Id, cancellationToken)
            );
            Refuse(project.Id, "cases", parts.Contains(RebuildPart.Cases) && await cases.HasAnyAsync(project.Id, cancellationToken));
        }
        var rebuilt = new Rebuilt(new RebuiltForms(0, 0, 0), new RebuiltSubmissions(0, 0, 0), new RebuiltCases(0, 0));
        foreach (var project in all)
        {
            if (parts.Contains(RebuildPart.Forms))
            {
                progress($"Project {project.Id}: forms");
                rebuilt = rebuilt with { Forms = rebuilt.Forms.Plus(await forms.RunAsync(project.Id, cancellationToken)) };
            }
            if (parts.Contains(RebuildPart.Submissions))
            {
                rebuilt = rebuilt with
                {
                    Submissions = rebuilt.Submissions.Plus(await submissions.RunAsync(project.Id, progress, cancellationToken)),
                };
            }
            if (parts.Contains(RebuildPart.Cases))
            {
                progress($"Project {project.Id}: cases");
                rebuilt = rebuilt with { Cases = rebuilt.Cases.Plus(await cases.RunAsync(project.Id, cancellationToken)) };
            }
        }
        return rebuilt;
    }

    private static void Refuse(ProjectId project, string what, bool hasAny)
    {
        if (hasAny)
        {
            throw new MaintenanceException(
                $"Project {project} has {what}. Rebuild with --replace, or only what was lost with --only, or empty the tables first."
            );
        }
    }
}
