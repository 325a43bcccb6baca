using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// CommCare's forms are defined in apps that are built elsewhere: the first submission with a namespace that the project does not know
/// makes a form of it, with a definition that says no more than that. Phones that ask for forms are not offered it.
/// </summary>
public sealed class EnsureForm(
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable media,
    FormFilesContainer files,
    FormRecovery recovery,
    FormDirectory directory,
    TimeProvider clock
)
{
    /// <summary>Warm: nothing, as for any submission. Of several at once that need the same new form one makes it.</summary>
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
        var form = new Form(project, number, id, FormState.Closing, now) { Published = definition };
        if (!await forms.AddAsync(form, cancellationToken))
        {
            return await directory.GetAsync(project, id, cancellationToken);
        }
        await recovery.SaveAsync(form, CancellationToken.None);
        directory.Remember(form);
        return form;
    }

    /// <summary>The namespace itself, unless no form can be called so.</summary>
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
