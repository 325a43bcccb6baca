using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>What a form may not say of entities and of the types of its fields.</summary>
public sealed class FormEntityTests
{
    [Fact, Clause("OR-161")]
    public async Task A_type_that_conflicts_with_any_published_version_is_refused()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        await programme.PublishAsync(Typed(form, "1", "int"), form);
        (await programme.ReplaceDraftAsync(form, Typed(form, "2", null), "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var refused = (await programme.ReplaceDraftAsync(form, Typed(form, "3", "decimal"))).ShouldBeProblem(400.17m, "/age");
        Assert.Equal("int", refused.Json.GetProperty("details").GetProperty("type").GetString());

        // Text takes every value, and no later version can take that back.
        (await programme.ReplaceDraftAsync(form, Typed(form, "3", "string"))).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(form, Typed(form, "4", "int"))).ShouldBeProblem(400.17m);
        (await programme.ReplaceDraftAsync(form, Typed(form, "4", "string"))).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, Clause("OR-238")]
    [InlineData("age", "age")]
    [InlineData("age", "Age")]
    public async Task Two_fields_cannot_be_saved_to_one_property(string first, string second)
    {
        var programme = await Programme.StartAsync();
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        (await programme.CreateFormAsync(EntityForms.Filling(form, dataset, properties: [first, second]))).ShouldBeProblem(
            400.25m,
            "property"
        );
    }

    [Fact, Clause("OR-238")]
    public async Task A_field_in_a_repeat_cannot_be_saved_to_an_entity_outside_it()
    {
        var programme = await Programme.StartAsync();
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        var outside = EntityForms
            .Households(form, dataset)
            .Replace(
                $"<meta><entity dataset=\"{dataset}\" id=\"\"\n    create=\"1\"><label/></entity></meta></person><meta>",
                $"</person><meta><entity dataset=\"{dataset}\" id=\"\" create=\"1\"><label/></entity>",
                StringComparison.Ordinal
            );
        Assert.DoesNotContain("</meta></person>", outside, StringComparison.Ordinal);
        (await programme.CreateFormAsync(outside)).ShouldBeProblem(400.25m, "repeat");
        (await programme.CreateFormAsync(EntityForms.Households(form, dataset))).ShouldBe(HttpStatusCode.OK);
    }

    private static string Typed(string form, string version, string? type) =>
        $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
            <instance><data id="{form}" version="{version}">{(type is null ? "" : "<age/>")}<meta><instanceID/></meta></data></instance>
            {(type is null ? "" : $"<bind nodeset=\"/data/age\" type=\"{type}\"/>")}</model></h:head><h:body/></h:html>
            """;
}
