using System.Net;
using System.Security.Cryptography;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Tokens, as bearer, in the path and as `st`; and which credentials decide when several come (OR-055 to OR-071).</summary>
public sealed class TokenTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$";

    [Fact, Clause("OR-055"), Clause("OR-064")]
    public async Task Sessions_and_keys_are_accepted_as_bearer_tokens()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);

        foreach (var scheme in new[] { "Bearer", "bearer", "BEARER" })
        {
            var session = Api.Anonymous(programme.Server).OpenRosa.With("Authorization", $"{scheme} {programme.Admin.Token}");
            (await session.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
            var key = session.With("Authorization", $"{scheme} {phone.Key}");
            var list = (await key.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Text;
            Assert.Contains($"/v1{programme.FormPath(form)}.xml", list, StringComparison.Ordinal);
            Assert.DoesNotContain("/key/", list, StringComparison.Ordinal);
        }

        // Nothing secret can be overheard that is not the caller's own: a bearer is good over plain HTTP too.
        (await programme.Admin.With("X-Forwarded-Proto", null).GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-056"), Clause("OR-061"), Clause("OR-062")]
    public async Task An_unknown_token_gives_no_access()
    {
        var programme = await Programme.StartAsync();
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;
        foreach (
            var token in Enumerable
                .Range(0, 40)
                .Select(_ => RandomNumberGenerator.GetString(Alphabet, 64))
                .Append(new string('A', 64))
                .Append(new string('$', 64))
        )
        {
            (await anonymous.With("Authorization", $"Bearer {token}").GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(
                401,
                "Could not authenticate"
            );
            (await anonymous.With("Cookie", $"__Host-session={token}").GetAsync("/users/current")).ShouldBeProblem(401.2m);
            (await Api.WithKey(programme.Server, token).GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(
                403,
                "does not have rights to perform that action"
            );
            (await anonymous.GetAsync($"{programme.FormPath("a")}.xml?st={token}")).ShouldBeProblem(403.1m);
        }
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%2F")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%C3%A4")]
    [InlineData("%20")]
    [Clause("OR-061")]
    public async Task A_malformed_key_is_refused_without_a_lookup(string key)
    {
        var server = await Server.SharedAsync();
        foreach (var path in new[] { $"/v1/key/{key}/projects/1/formList", $"/v1/projects/1/formList?st={key}" })
        {
            var answer = await RawHttp.SendAsync(server, "GET", path, "X-OpenRosa-Version: 1.0");
            Assert.Equal(0, answer.ShouldBeOpenRosaError(401, "Could not authenticate").StorageOperations);
        }
        (await RawHttp.SendAsync(server, "GET", $"/v1/key/{key}/projects/1/forms/a.xml")).ShouldBeProblem(401.2m);
    }

    [Fact, Clause("OR-063")]
    public async Task A_token_is_accepted_only_where_its_kind_belongs()
    {
        var programme = await Programme.StartAsync();
        var draft = await programme.CreateDraftAsync();
        var draftToken = await programme.DraftTokenAsync(draft);
        var signIn = await Api.Anonymous(programme.Server)
            .PostJsonAsync("/sessions", new { email = Server.AdminEmail, password = Server.AdminPassword });
        var (session, csrf) = (signIn.Json.GetProperty("token").GetString()!, signIn.Json.GetProperty("csrf").GetString()!);
        var phone = await programme.AppUserAsync();
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;

        foreach (var noKey in new[] { session, csrf, draftToken })
        {
            (await Api.WithKey(programme.Server, noKey).GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(
                403,
                "does not have rights"
            );
            (await anonymous.GetAsync($"{programme.FormPath(draft)}.xml?st={Uri.EscapeDataString(noKey)}")).ShouldBeProblem(403.1m);
        }
        foreach (var noSession in new[] { csrf, draftToken })
        {
            (await anonymous.With("Authorization", $"Bearer {noSession}").GetAsync("/projects")).ShouldBeProblem(401.2m);
            (await anonymous.With("Cookie", $"__Host-session={noSession}").GetAsync("/projects")).ShouldBeProblem(401.2m);
        }
        foreach (var noDraft in new[] { session, csrf, phone.Key })
        {
            (await Api.WithDraftToken(programme.Server, noDraft).GetAsync($"{programme.FormPath(draft)}/draft.xml")).ShouldBeProblem(
                404.1m
            );
        }
        foreach (
            var authorization in new[]
            {
                session,
                $"Token {session}",
                $"Bearer{session}",
                $"Bearer {session} x",
                $"Bearer {session},{session}",
                "Bearer",
                "Digest username=\"admin\"",
                "Negotiate YII=",
            }
        )
        {
            (await anonymous.With("Authorization", authorization).GetAsync("/projects")).ShouldBeProblem(401.2m);
        }
        (await Api.WithBasic(programme.Server, Server.AdminEmail, session).GetAsync("/projects")).ShouldBeProblem(401.2m);
        (await Api.WithDraftToken(programme.Server, draftToken).GetAsync($"{programme.FormPath(draft)}/draft.xml")).ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact, Clause("OR-057"), Clause("OR-058")]
    public async Task The_first_credentials_in_order_decide()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var other = await programme.AppUserAsync();
        var (good, wrong, cookie) = ($"Bearer {programme.Admin.Token}", new string('b', 64), $"__Host-session={programme.Admin.Token}");
        var formList = $"{programme.Path}/formList";
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;

        // The key in the path, whatever else comes.
        var list = await phone
            .With("Authorization", "Bearer nonsense")
            .With("Cookie", $"__Host-session={wrong}")
            .GetAsync($"{formList}?st={other.Key}");
        Assert.Contains(form, list.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        (
            await Api.WithKey(programme.Server, wrong)
                .With("Authorization", good)
                .With("Cookie", cookie)
                .GetAsync($"{formList}?st={phone.Key}")
        ).ShouldBeOpenRosaError(403, "rights");
        (
            await Api.WithKey(programme.Server, "x").With("Authorization", good).With("Cookie", cookie).GetAsync(formList)
        ).ShouldBeOpenRosaError(401, "Could not");

        // Then `st`.
        list = await anonymous.With("Authorization", good).With("Cookie", cookie).GetAsync($"{formList}?st={other.Key}");
        Assert.DoesNotContain(form, list.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        (await anonymous.With("Authorization", good).GetAsync($"{formList}?st={wrong}")).ShouldBeOpenRosaError(403, "rights");
        (await anonymous.With("Authorization", good).GetAsync($"{formList}?st=")).ShouldBeOpenRosaError(401, "Could not");
        (await anonymous.With("Authorization", good).GetAsync($"{formList}?st={phone.Key}&st={other.Key}")).ShouldBeOpenRosaError(
            401,
            "Could not"
        );

        // Then `Authorization`, then the cookie.
        foreach (var bad in new[] { $"Bearer {wrong}", "Bearer x", "Basic eDp5", "Digest x", "nonsense" })
        {
            (await anonymous.With("Authorization", bad).With("Cookie", cookie).GetAsync(formList)).ShouldBeOpenRosaError(
                401,
                "Could not authenticate"
            );
        }
        (await anonymous.With("Authorization", good).With("Cookie", $"__Host-session={wrong}").GetAsync(formList)).ShouldBe(
            HttpStatusCode.OK
        );
        (await anonymous.With("Cookie", cookie).GetAsync(formList)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-059"), Clause("OR-060"), Clause("OR-067")]
    public async Task A_key_in_the_path_gives_access_to_its_forms()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (var holder in new[] { await programme.AppUserAsync(form), await programme.PublicLinkAsync(form) })
        {
            var encoded = Api.WithKey(programme.Server, string.Concat(holder.Key.Select(c => $"%{(int)c:X2}")));
            foreach (var client in new[] { holder, encoded, holder.With("X-Forwarded-Proto", null) })
            {
                var list = (await client.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Text;
                Assert.Contains($"/v1/key/{holder.Key}{programme.FormPath(form)}.xml", list, StringComparison.Ordinal);
                (await client.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
                (
                    await client.PostAsync(
                        $"{programme.Path}/submission",
                        Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
                    )
                ).ShouldBe(HttpStatusCode.Created);
            }
            (
                await Api.WithKey(programme.Server, Uri.EscapeDataString(Uri.EscapeDataString($"!{holder.Key[1..]}")))
                    .GetAsync($"{programme.Path}/formList")
            ).ShouldBeOpenRosaError(401, "Could not");
        }
    }

    [Fact, Clause("OR-065"), Clause("OR-066")]
    public async Task A_key_in_the_query_is_in_the_path_of_returned_addresses()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;
        var root = $"{programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority)}/v1/key/{phone.Key}";

        foreach (var st in new[] { $"?st={phone.Key}", $"?st={Uri.EscapeDataString(phone.Key)}", $"?deviceID=a&st={phone.Key}&x" })
        {
            foreach (var path in new[] { $"{programme.Path}/formList", $"{programme.FormPath(form)}/manifest", "/formList" })
            {
                var answer = (await anonymous.GetAsync($"{path}{st}")).ShouldBe(HttpStatusCode.OK).Text;
                Assert.Contains($"{root}{programme.Path}", answer, StringComparison.Ordinal);
                Assert.DoesNotContain("st=", answer, StringComparison.Ordinal);
                Assert.DoesNotContain($"/v1{programme.Path}", answer, StringComparison.Ordinal);
            }
            (await anonymous.GetAsync($"{programme.FormPath(form)}.xml{st}")).ShouldBe(HttpStatusCode.OK);
            (await anonymous.GetAsync($"{programme.FormPath(form)}/attachments/leaf.png{st}")).ShouldBe(HttpStatusCode.OK);
            (await anonymous.GetAsync($"{programme.Path}/submission{st}")).ShouldBe(HttpStatusCode.NoContent);
            Assert.Equal(0, (await anonymous.GetAsync($"/projects{st}")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
            var sent = await anonymous.PostAsync(
                $"{programme.Path}/submission{st}",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            );
            Assert.StartsWith(root, sent.ShouldBe(HttpStatusCode.Created).Header("Location"), StringComparison.Ordinal);
        }
    }

    [Fact, Clause("OR-062"), Clause("OR-080")]
    public async Task A_revoked_key_is_refused_from_the_next_request_on()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (var holder in new[] { await programme.AppUserAsync(form), await programme.PublicLinkAsync(form) })
        {
            (await holder.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
            (await programme.Admin.DeleteAsync($"/sessions/{holder.Key}")).ShouldBe(HttpStatusCode.OK);

            (await holder.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(403, "rights");
            (await holder.HeadAsync($"{programme.Path}/submission")).ShouldBe(HttpStatusCode.Forbidden);
            (await holder.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);
            (
                await holder.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
            ).ShouldBeOpenRosaError(403, "rights");
            (await Api.Anonymous(programme.Server).With("Authorization", $"Bearer {holder.Key}").GetAsync("/projects")).ShouldBeProblem(
                401.2m
            );
            (await programme.Admin.DeleteAsync($"/sessions/{holder.Key}")).ShouldBeProblem(403.1m);
        }
        var users = (await programme.Admin.GetAsync($"{programme.Path}/app-users")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(System.Text.Json.JsonValueKind.Null, Assert.Single(users.EnumerateArray()).GetProperty("token").ValueKind);
    }
}
