using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>What a form asks, as scripts read it before they read its submissions.</summary>
public sealed class FieldTests
{
    [Fact]
    public async Task Each_version_and_the_draft_have_fields_of_their_own()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await programme.ReplaceDraftAsync(form, Renamed(form, "2", "tree"), "?ignoreWarnings=true");
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(form, Renamed(form, "3", "shrub"), "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);

        Assert.Equal("/tree", await FirstPathAsync(""));
        Assert.Equal("/species", await FirstPathAsync("/versions/1"));
        Assert.Equal("/tree", await FirstPathAsync("/versions/2"));
        Assert.Equal("/shrub", await FirstPathAsync("/draft"));
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/versions/4/fields")).ShouldBeProblem(404.1m);

        async Task<string?> FirstPathAsync(string of) =>
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}{of}/fields"))
                .ShouldBe(HttpStatusCode.OK)
                .Json[0]
                .GetProperty("path")
                .GetString();
    }

    [Fact]
    public async Task Property_names_become_valid_OData_identifiers_on_request()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        await programme.PublishAsync(
            Samples
                .Form(form)
                .Replace("<plot><leaf/></plot>", "<plot.1><größe-in.m/></plot.1>", StringComparison.Ordinal)
                .Replace("/data/plot", "/data/plot.1", StringComparison.Ordinal),
            form
        );

        var plain = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/fields")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            """{"path":"/plot.1/größe-in.m","name":"größe-in.m","type":"unknown","binary":null,"selectMultiple":null}""",
            plain[3].GetRawText()
        );
        foreach (var of in new[] { "", "/versions/1" })
        {
            var sanitised = (await programme.Admin.GetAsync($"{programme.FormPath(form)}{of}/fields?odata=true"))
                .ShouldBe(HttpStatusCode.OK)
                .Json;
            Assert.Equal(
                """{"path":"/plot_1","name":"plot_1","type":"repeat","binary":null,"selectMultiple":null}""",
                sanitised[2].GetRawText()
            );
            Assert.Equal(
                """{"path":"/plot_1/gr_e_in_m","name":"gr_e_in_m","type":"unknown","binary":null,"selectMultiple":null}""",
                sanitised[3].GetRawText()
            );
        }
    }

    private static string Renamed(string form, string version, string name) =>
        Samples
            .Form(form, version)
            .Replace("<species/>", $"<{name}/>", StringComparison.Ordinal)
            .Replace("/data/species", $"/data/{name}", StringComparison.Ordinal);
}
