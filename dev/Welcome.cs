using Spectre.Console;

namespace ServerlessRosa.Dev;

/// <summary>
/// The text that is printed after start. Commands to paste are separate lines, never wrapped or coloured; other lines are shell comments,
/// so that everything can be pasted at once.
/// </summary>
internal sealed class Welcome(IAnsiConsole console, DevFile server, DataFolder folder)
{
    private const string OpenRosaVersion = "-H 'X-OpenRosa-Version: 1.0'";

    public void Write()
    {
        Title($"ServerlessRosa answers at {server.BaseUrl}");
        Line($"Web console     {server.BaseUrl}/");
        Line($"Administrator   {server.AdminEmail} with password {server.AdminPassword}");
        if (AppUserUrl is not null)
        {
            Line($"Project         {server.ProjectId}, {DemoProject.Name}, domain {server.Domain}");
            Line($"App user        {DemoProject.AppUser}, {AppUserUrl}");
            Line($"Mobile worker   {server.WorkerUsername} with password {server.WorkerPassword}, {DomainUrl}");
        }
        Line($"For scripts     {folder.PathOf(DevFile.Name)}");
        Line($"The app's log   {folder.PathOf(DevServer.LogName)}");
    }

    public void WriteCurlLines(Samples? samples)
    {
        Title("Try it");
        var number = 1;
        foreach (var (what, line) in samples is null ? AdministratorLines() : DemoLines(samples))
        {
            Line($"# {number++}. {what}");
            Line(line);
        }
    }

    public void WriteQr(string payload, string pngFile, Uri publicUrl)
    {
        var here = CollectQr.Fits(console, payload);
        Title("Configure ODK Collect");
        Line($"Scan the code in {pngFile}{(here ? ", or this one:" : "")}");
        if (here)
            CollectQr.Write(console, payload);
        if (publicUrl.IsLoopback)
            Line(
                $"A phone cannot reach {publicUrl.Host}: for an emulator or a phone on USB, run  adb reverse tcp:{publicUrl.Port} "
                    + $"tcp:{publicUrl.Port}"
            );
    }

    public void WriteHowToStop()
    {
        Title("Ctrl-C stops everything.");
    }

    private string? AppUserUrl =>
        server.AppUserToken is null ? null : $"{server.BaseUrl}/v1/key/{server.AppUserToken}/projects/{server.ProjectId}";

    private string DomainUrl => $"{server.BaseUrl}/a/{server.Domain}";

    private string AsWorker => $"-u {Quote($"{server.WorkerUsername}:{server.WorkerPassword}")}";

    private string AsAdministrator => $"-u {Quote($"{server.AdminEmail}:{server.AdminPassword}")}";

    private IEnumerable<(string What, string Line)> AdministratorLines() =>
        [("List the projects", $"curl {AsAdministrator} {Quote($"{server.BaseUrl}/v1/projects")}")];

    private IEnumerable<(string What, string Line)> DemoLines(Samples samples)
    {
        var submissions = $"{server.BaseUrl}/v1/projects/{server.ProjectId}/forms/{Samples.FormId}/submissions";
        var submission = $"{submissions}/{Uri.EscapeDataString(Samples.InstanceId)}";
        var received = Path.Combine(samples.Folder, $"received-{Samples.Photo}");
        return
        [
            ("List the forms, as the app user", $"curl {OpenRosaVersion} {Quote($"{AppUserUrl}/formList")}"),
            ("Download a form", $"curl {Quote($"{AppUserUrl}/forms/{Samples.FormId}.xml")}"),
            ("List the media that a form needs", $"curl {OpenRosaVersion} {Quote($"{AppUserUrl}/forms/water-point/manifest")}"),
            ("Download one of them", $"curl {Quote($"{AppUserUrl}/forms/water-point/attachments/villages.csv")}"),
            (
                "Submit a filled-in form with a photo; again, if you like",
                $"curl {OpenRosaVersion} -F {Quote($"xml_submission_file=@{samples.XmlFile};type=text/xml")} -F "
                    + $"{Quote($"{Samples.Photo}=@{samples.PhotoFile};type=image/jpeg")} {Quote($"{AppUserUrl}/submission")}"
            ),
            ("List what was submitted, as the administrator", $"curl {AsAdministrator} {Quote(submissions)}"),
            ("Fetch the submitted XML", $"curl {AsAdministrator} {Quote($"{submission}.xml")}"),
            ("Fetch the photo", $"curl -sS {AsAdministrator} -o {Quote(received)} {Quote($"{submission}/attachments/{Samples.Photo}")}"),
            (
                "Submit a form that opens a case, as a CommCare phone does",
                $"curl {AsWorker} -F {Quote($"xml_submission_file=@{samples.CaseFile};type=text/xml")} "
                    + $"{Quote($"{DomainUrl}/receiver/secure/demo-app/")}"
            ),
            (
                "Restore the phone: the worker, the group, the lookup table and the case",
                $"curl {AsWorker} {Quote($"{DomainUrl}/phone/restore/?version=2.0&items=true")}"
            ),
        ];
    }

    internal static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private void Title(string text)
    {
        Line("");
        console.Write(new Text($"# {text}", new Style(decoration: Decoration.Bold)));
        Line("");
    }

    // Spectre would wrap the text at the terminal's width.
    private void Line(string text) => console.Profile.Out.Writer.WriteLine(text);
}
