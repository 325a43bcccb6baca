using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Real forms, where there are any.</summary>
public sealed class CorpusTests
{
    [Fact, Clause("OR-093"), Clause("OR-111"), Clause("OR-120"), Clause("OR-153")]
    public async Task Each_form_of_the_corpus_is_served_as_it_was_uploaded_or_refused_with_the_reason()
    {
        var complaints = new List<string>();
        foreach (var file in Corpus.Files("xforms"))
        {
            try
            {
                await CheckAsync(await File.ReadAllBytesAsync(file));
            }
            catch (Xunit.Sdk.XunitException e)
            {
                complaints.Add($"{Path.GetFileName(file)}: {e.Message}");
            }
        }
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    // Each in a project of its own: several have the same id.
    private static async Task CheckAsync(byte[] xml)
    {
        var programme = await Programme.StartAsync();
        var created = await programme.CreateFormAsync(xml, "?publish=true&ignoreWarnings=true");
        if (created.Status != HttpStatusCode.OK)
        {
            Assert.InRange((int)created.Status, 400, 499);
            created.ShouldBeProblem(created.Json.GetProperty("code").GetDecimal());
            Assert.NotEqual("", created.Json.GetProperty("message").GetString());
            Assert.Empty((await programme.FormListAsync()).FormList());
            return;
        }

        var form = created.Json.GetProperty("xmlFormId").GetString()!;
        var listed = Assert.Single((await programme.FormListAsync()).FormList());
        Assert.Equal((form, "md5:" + ProgrammeForms.Md5(xml)), (listed.FormId, listed.Hash));
        Assert.Equal(xml, (await programme.Admin.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Bytes);

        var slots = await programme.SlotsAsync(form);
        Assert.Equal(slots.Count > 0, listed.ManifestUrl is not null);
        Assert.Empty((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest());

        // Filled, every slot is in the manifest of the next version.
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        foreach (var (name, _) in slots)
        {
            (await programme.PutFileAsync(form, name, Samples.Bytes(10))).ShouldBe(HttpStatusCode.OK);
        }
        (await programme.PublishDraftAsync(form, "corpus " + slots.Count.ToString(CultureInfo.InvariantCulture))).ShouldBe(
            HttpStatusCode.OK
        );
        var files = (await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest();
        Assert.Equal(slots.Select(slot => slot.Name), files.Select(file => file.Name));
    }
}
