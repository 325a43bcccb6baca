using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Exports;

public sealed class ODataNameTests
{
    [Fact, Clause("OR-276")]
    public async Task Names_become_valid_OData_identifiers()
    {
        var programme = await Programme.StartAsync();
        var id = Samples.Unique("3 trees/v");
        await programme.PublishAsync(
            Samples
                .Form(id)
                .Replace("<plot><leaf/></plot>", "<plot.1><größe-in.m/></plot.1>", StringComparison.Ordinal)
                .Replace("/data/plot", "/data/plot.1", StringComparison.Ordinal),
            id
        );
        var xml = Samples
            .Submission(id, "uuid:1", leaves: ["5"])
            .Replace("leaf>", "größe-in.m>", StringComparison.Ordinal)
            .Replace("plot>", "plot.1>", StringComparison.Ordinal);
        (await programme.Admin.PostXmlAsync($"{programme.FormPath(id)}/submissions", xml)).ShouldBe(HttpStatusCode.OK);
        var service = $"{programme.FormPath(id)}.svc";

        Assert.Equal(
            "Submissions.plot_1",
            (await programme.Admin.GetAsync(service))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("value")[1]
                .GetProperty("name")
                .GetString()
        );
        Assert.Contains(
            "Namespace=\"org.opendatakit.user._3_trees_v_",
            (await programme.Admin.GetAsync($"{service}/$metadata")).ShouldBe(HttpStatusCode.OK).Text,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "5",
            (await programme.Admin.GetAsync($"{service}/Submissions.plot_1"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("value")[0]
                .GetProperty("gr_e_in_m")
                .GetString()
        );
        Assert.Equal(
            "5",
            (await programme.Admin.GetAsync($"{service}/Submissions('uuid%3A1')/plot_1"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("value")[0]
                .GetProperty("gr_e_in_m")
                .GetString()
        );
    }
}
