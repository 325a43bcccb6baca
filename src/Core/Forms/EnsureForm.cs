using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Creates forms for CommCare submissions. CommCare forms are defined in apps that are built elsewhere, so the first submission with an
/// unknown namespace creates a form with a minimal definition. The form is not listed to phones.
/// </summary>
public sealed class EnsureForm(
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable media,
    FormFilesContainer files,
    FormRecovery recovery,
    FormDirectory directory,
    FormShards shards,
    TimeProvider clock
)
{
    /// <summary>
    /// The form of a namespace, created when missing. No operation when cached. Of several concurrent requests one creates the form.
    /// </summary>
    public async Task<Form> GetAsync(ProjectId project, string xmlNamespace, string title, CancellationToken cancellationToken)
    {
        var id = IdOf(xmlNamespace);
        if (await directory.FindRecentAsync(project, id, cancellationToken) is { } known)
        {
            return known;
        }
        var number = await forms.NextNumberAsync(project, cancellationToken);
        var xml = Definition(id, xmlNamespace, title);
        var now = clock.GetUtcNow();
        var definition = new FormDefinition(
            FormKeys.NewDefinition(),
            "",
            title,
            Convert.ToHexStringLower(MD5.HashData(xml)),
            Convert.ToHexStringLower(SHA1.HashData(xml)),
            Convert.ToHexStringLower(SHA256.HashData(xml)),
            now
        )
        {
            PublishedAt = now,
        };
        await files.PutXmlAsync(project, definition.Key, xml, cancellationToken);
        await media.AddAsync(project, definition.Key, [], cancellationToken);
        await versions.AddAsync(project, number, definition, cancellationToken);
        var form = new Form(project, number, id, FormState.Closing, now) { Published = definition, ShardCounts = shards.Initial };
        if (!await forms.AddAsync(form, cancellationToken))
        {
            return await directory.GetAsync(project, id, cancellationToken);
        }
        await recovery.AfterChangeAsync(form);
        directory.Remember(form);
        return form;
    }

    /// <summary>The namespace itself, or its hash when it is not a valid form id.</summary>
    public static FormId IdOf(string xmlNamespace) =>
        FormId.TryParse(xmlNamespace, out var id)
            ? id
            : FormId.Parse("urn:sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(xmlNamespace))));

    private static byte[] Definition(FormId id, string xmlNamespace, string title)
    {
        XNamespace html = "http://www.w3.org/1999/xhtml",
            xforms = FormIdentity.XFormsNamespace,
            own = xmlNamespace;
        var document = new XElement(
            html + "html",
            new XAttribute(XNamespace.Xmlns + "h", html.NamespaceName),
            new XElement(
                html + "head",
                new XElement(html + "title", title),
                new XElement(
                    xforms + "model",
                    new XElement(
                        xforms + "instance",
                        new XElement(
                            own + "data",
                            new XAttribute("id", id.Value),
                            new XElement(own + "meta", new XElement(own + "instanceID"))
                        )
                    )
                )
            ),
            new XElement(html + "body")
        );
        return Encoding.UTF8.GetBytes(document.ToString(SaveOptions.DisableFormatting));
    }
}
