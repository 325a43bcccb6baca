using System.Text;
using System.Xml;
using System.Xml.Linq;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The changes that a script requests of one case; null leaves a value unchanged.</summary>
public sealed record CaseRequest(CaseId Id, bool Creates)
{
    public string? Type { get; init; }

    public string? Name { get; init; }

    public string? ExternalId { get; init; }

    public string? Owner { get; init; }

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>By identifier; a null target removes the index.</summary>
    public IReadOnlyList<CaseIndex> Indices { get; init; } = [];

    public bool Closes { get; init; }
}

/// <summary>
/// Writes cases for scripts (CC-146) through a form that the server creates, so that it is processed like any form and reaches phones.
/// </summary>
public sealed class SubmitCases(CheckCases check, ReceiveCommCareForm receive, TimeProvider clock)
{
    private static readonly XNamespace Form = "http://commcarehq.org/case_api";
    private static readonly XNamespace CaseV2 = CaseBlockReader.Namespace;
    private static readonly XNamespace Meta = "http://openrosa.org/jr/xforms";

    /// <summary>
    /// Writes all of them or none. Refuses violations of the rules for case blocks with 400.55, and names that XML cannot have with 400.8.
    /// Returns the form's id.
    /// </summary>
    public async Task<InstanceId> RunAsync(
        ProjectId project,
        IReadOnlyList<CaseRequest> requests,
        string userId,
        string username,
        Sender sender,
        CancellationToken cancellationToken
    )
    {
        var (id, now) = (InstanceId.Parse(Guid.NewGuid().ToString()), clock.GetUtcNow());
        var form = CommCareForm.Read(Write(id, requests, userId, username));
        var plan = await check.RunAsync(
            project,
            form.Blocks,
            new CaseChangeContext(new CaseForm(0, id, id, ""), now, null),
            cancellationToken
        );
        var problem =
            plan.Problem?.ToString()
            ?? (
                await receive.RunAsync(
                    project,
                    form,
                    new SubmissionUpload(form.Xml, AsyncEnumerable.Empty<IncomingFile>(), sender),
                    cancellationToken
                )
            )
                .Version
                .Problem;
        return problem is null ? id : throw Problem.CasesRefused(problem).AsException();
    }

    private static byte[] Write(InstanceId id, IReadOnlyList<CaseRequest> requests, string userId, string username)
    {
        var root = new XElement(
            Form + "data",
            new XAttribute("name", "Case API"),
            requests.Select(request => Block(request, userId)),
            new XElement(
                Meta + "meta",
                new XElement(Meta + "instanceID", id.Value),
                new XElement(Meta + "userID", userId),
                new XElement(Meta + "username", username)
            )
        );
        return Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting));
    }

    // Without a date: it would order the form by the clocks of instances (CC-154), and the time of receipt is the same (CC-070).
    private static XElement Block(CaseRequest request, string userId)
    {
        var block = new XElement(
            CaseV2 + "case",
            new XAttribute("case_id", Text("case_id", request.Id.Value)),
            new XAttribute("user_id", userId)
        );
        List<XElement> known =
        [
            .. Element("case_type", request.Type),
            .. Element("case_name", request.Name),
            .. Element("owner_id", request.Owner),
            .. Element("external_id", request.ExternalId),
        ];
        var custom = request.Properties.SelectMany(property => Element(property.Key, property.Value)).ToList();
        if (request.Creates)
        {
            block.Add(new XElement(CaseV2 + "create", known));
            known = [];
        }
        if (known.Count + custom.Count > 0)
        {
            block.Add(new XElement(CaseV2 + "update", known, custom));
        }
        if (request.Closes)
        {
            block.Add(new XElement(CaseV2 + "close"));
        }
        if (request.Indices.Count > 0)
        {
            block.Add(
                new XElement(
                    CaseV2 + "index",
                    request.Indices.SelectMany(index =>
                        Element(index.Identifier, index.Target?.Value ?? "")
                            .Select(element =>
                            {
                                element.Add(
                                    new XAttribute("case_type", Text("case_type", index.CaseType)),
                                    new XAttribute("relationship", index.Relationship == CaseRelationship.Extension ? "extension" : "child")
                                );
                                return element;
                            })
                    )
                )
            );
        }
        return block;
    }

    private static IEnumerable<XElement> Element(string name, string? value)
    {
        if (value is null)
        {
            return [];
        }
        try
        {
            return [new XElement(CaseV2 + XmlConvert.VerifyNCName(name), Text(name, value))];
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            throw Problem.UnexpectedValue("name", name, "it is no name in XML.").AsException(e);
        }
    }

    private static string Text(string name, string value)
    {
        try
        {
            return XmlConvert.VerifyXmlChars(value);
        }
        catch (XmlException e)
        {
            throw Problem.UnexpectedValue(name, "", "it has characters that XML cannot hold.").AsException(e);
        }
    }
}
