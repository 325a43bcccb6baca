using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The data that CommCare's receiver reads from a form before it decides.</summary>
public sealed record CommCareForm(ReadOnlyMemory<byte> Xml, SubmissionHead Head, string Title, CaseBlocks Blocks)
{
    private const string DeviceReport = "http://code.javarosa.org/devicereport";
    private const string DemoUser = "demo_user";
    private const string DemoGroup = "demo_user_group_id";

    /// <summary>The log of a phone: never a form of the project (CC-105).</summary>
    public bool IsDeviceReport => Head.FormId == DeviceReport;

    public bool IsOfDemoUser => Blocks.UserId == DemoUser;

    /// <summary>Whether the form names only demo users and owners (CC-102). Existing cases have to be checked too.</summary>
    internal bool SpeaksOfDemoOnly =>
        Blocks.Blocks.All(block =>
            IsDemo(block.UserId)
            && IsDemo(block.Create?.GetValueOrDefault("owner_id"))
            && IsDemo(block.Update?.GetValueOrDefault("owner_id"))
            && IsDemo(block.Create?.GetValueOrDefault("user_id"))
            && IsDemo(block.Update?.GetValueOrDefault("user_id"))
        );

    internal static bool IsDemo(string? id) => id is null or "" or DemoUser or DemoGroup;

    /// <summary>
    /// Reads the head of a form (CC-084): the form id is the namespace of the root, and an edit keeps its instanceID. Refuses malformed XML
    /// with 400.1, a root without a namespace with 400.2, and an id that is too long with 400.13.
    /// </summary>
    public static CommCareForm Read(ReadOnlyMemory<byte> document) =>
        SafeXml.Read(
            document,
            xml =>
            {
                var (form, rootName, version, name) = (
                    xml.NamespaceURI,
                    xml.LocalName,
                    xml.FirstAttribute("version") ?? "",
                    xml.FirstAttribute("name")
                );
                if (string.IsNullOrWhiteSpace(form))
                {
                    throw Problem.MissingParameter("xmlns of the form").AsException();
                }
                var blocks = CaseBlockReader.Read(xml, knowsVersion1: true);
                var head = new SubmissionHead(
                    rootName,
                    form,
                    version,
                    InstanceId.ParseOrNull(blocks.InstanceId),
                    null,
                    null,
                    null,
                    blocks.Blocks.Count
                );
                return new CommCareForm(document, head, string.IsNullOrWhiteSpace(name) ? form : ShortText.Cut(name, 200), blocks);
            }
        );
}

/// <summary>Receives the forms of CommCare's phones (CC-085 to CC-106).</summary>
public sealed class ReceiveCommCareForm(EnsureForm imply, ReceiveSubmission receive, CasesTable cases)
{
    /// <summary>
    /// Warm: two operations and one per file; for a form that changes c cases 5 + 2c, or one more with a sync token. The receipt contains
    /// the error of the form's case blocks.
    /// </summary>
    public async Task<SubmissionReceipt> RunAsync(
        ProjectId project,
        CommCareForm form,
        SubmissionUpload upload,
        CancellationToken cancellationToken
    ) =>
        await receive.FromCommCareAsync(
            await imply.GetAsync(project, form.Head.FormId, form.Title, cancellationToken),
            form,
            upload,
            cancellationToken
        );

    /// <summary>Whether the form is accepted without authentication (CC-102). One operation for each case.</summary>
    public async Task<bool> IsForAnybodyAsync(ProjectId project, CommCareForm form, CancellationToken cancellationToken)
    {
        if (form.IsDeviceReport)
        {
            return true;
        }
        if (!form.IsOfDemoUser || !form.SpeaksOfDemoOnly)
        {
            return false;
        }
        var ids = form.Blocks.Blocks.Select(block => block.Id).Where(id => id.Value is not null).Distinct().ToList();
        var found = await InParallel.EachAsync(ids, (id, stop) => cases.FindAsync(id, stop), cancellationToken);
        return found.All(one =>
            one is null
            || (
                one.Value.Case.Project == project
                && CommCareForm.IsDemo(one.Value.Case.Owner.Value)
                && CommCareForm.IsDemo(one.Value.Case.OpenedBy)
            )
        );
    }
}
